// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "measure/samples.hpp"
#include "measure/timing.hpp"

namespace bench {

// The two cores of a round trip: whoever asks, and whoever answers.
struct CorePair {
  int caller = 0;
  int worker = 0;
};

// Another way to send bytes to a process on the other core and to get as many back.
class Peer {
 public:
  Peer() = default;
  virtual ~Peer() = default;
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  [[nodiscard]] virtual std::string name() const = 0;
  // It sleeps in the kernel for each answer; else it polls.
  [[nodiscard]] virtual bool blocks() const { return true; }
  // The most bytes that it takes.
  [[nodiscard]] virtual std::size_t limit() const = 0;

  // Round trips of `bytes` for about `slice`, the nanoseconds of each; called on the caller's core.
  virtual void work(std::size_t bytes, Nanoseconds slice, Samples& samples) = 0;
};

}  // namespace bench
