// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>

#include "core/clock.hpp"

namespace inferpool::pool::dispatch {

// A request that had its turn before one of these moments keeps its worker too long.
struct TooLong {
  std::uint64_t begun = 0;  // if the worker has begun it
  std::uint64_t any = 0;    // even if not: the worker may be stopped, or have no processor
};

// How long the runs of a pool take lately: the mean, in which the last eight runs count most. It
// guides choices that may be wrong, because a worker may report anything. Thread-safety: none; the
// pool's lock guards it.
class RunLength {
 public:
  // `rate` must outlive it.
  explicit RunLength(const core::TickRate& rate) noexcept : rate_(rate) {}

  // One run, in ticks().
  void add(std::uint64_t ticks) noexcept;

  // Whether runs are known to be shorter than this.
  [[nodiscard]] bool below(std::chrono::nanoseconds length) const noexcept {
    return mean_ < length;
  }
  // How many runs fit into this time: 1 at least, 31 at most.
  [[nodiscard]] int fit_into(std::chrono::nanoseconds time) const noexcept;
  // What is too long at `now`, in ticks().
  [[nodiscard]] TooLong too_long(std::uint64_t now) const noexcept;
  // After this time a call that lies ahead had better see whether the run before it is too long.
  [[nodiscard]] std::chrono::nanoseconds patience() const noexcept;

 private:
  const core::TickRate& rate_;
  double exact_ = 0;                                                 // in nanoseconds
  std::chrono::nanoseconds mean_ = std::chrono::nanoseconds::max();  // not known yet
};

}  // namespace inferpool::pool::dispatch
