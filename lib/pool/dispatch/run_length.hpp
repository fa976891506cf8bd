// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>

#include "core/clock.hpp"

namespace inferpool::pool::dispatch {

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
  // A run that goes on at `now` takes much longer than the others, if it began before the returned
  // moment, both in ticks().
  [[nodiscard]] std::uint64_t slow_before(std::uint64_t now) const noexcept;

 private:
  const core::TickRate& rate_;
  double exact_ = 0;                                                 // in nanoseconds
  std::chrono::nanoseconds mean_ = std::chrono::nanoseconds::max();  // not known yet
};

}  // namespace inferpool::pool::dispatch
