// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <random>

#include <inferpool/settings.hpp>

#include "core/clock.hpp"

namespace inferpool::pool {

// When the next worker of one place may start. The first restart is at once; after each start that
// failed in a row the delay doubles, with jitter of a quarter, so that pools which fail together do
// not start together.
class RestartSchedule {
 public:
  RestartSchedule(const RestartBackoff& backoff, unsigned seed)
      : backoff_(backoff), random_(seed) {}

  void ready() noexcept { failures_ = 0; }
  // A worker that had been ready ended.
  [[nodiscard]] TimePoint after_death(TimePoint now) const noexcept { return now; }
  // A start failed.
  [[nodiscard]] TimePoint after_failed_start(TimePoint now);
  [[nodiscard]] int failures_in_a_row() const noexcept { return failures_; }

 private:
  RestartBackoff backoff_;
  std::minstd_rand random_;
  int failures_ = 0;
};

}  // namespace inferpool::pool
