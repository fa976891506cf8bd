// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "measure/samples.hpp"
#include "measure/timing.hpp"

namespace bench {

// The two cores of a round trip.
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
  // Whether it sleeps in the kernel for each answer; else it polls.
  [[nodiscard]] virtual bool blocks() const { return true; }
  // The largest payload in bytes.
  [[nodiscard]] virtual std::size_t limit() const = 0;

  // Makes round trips of `bytes` for about `slice`, and adds the nanoseconds of each. Call it on
  // the caller's core.
  virtual void work(std::size_t bytes, Nanoseconds slice, Samples& samples) = 0;
};

}  // namespace bench
