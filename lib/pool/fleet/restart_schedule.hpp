// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <random>

#include <inferpool/settings.hpp>

#include "core/clock.hpp"

namespace inferpool::pool::fleet {

// When the next worker of one index may start. The first restart happens at once. Each failed start
// in a row doubles the delay, with a jitter of a quarter, so that pools that fail together do not
// start together. A worker that ends by itself within a second after it was ready, and has answered
// nothing, does not end such a row: otherwise a model that dies as soon as it is loaded would start
// again without a pause. It does not open the breaker: Fleet::open_breaker does.
class RestartSchedule {
 public:
  RestartSchedule(const RestartBackoff& backoff, unsigned seed)
      : backoff_(backoff), random_(seed) {}

  void ready(core::TimePoint now) noexcept { ready_at_ = now; }
  // The worker that was started is in use, so the row of failures is over.
  void succeeded() noexcept {
    failures_ = 0;
    ended_early_ = false;
  }
  // A worker that had been ready ended. `useful`: it had answered a call, or the pool ended it.
  [[nodiscard]] core::TimePoint after_death(core::TimePoint now, bool useful);
  // A start failed.
  [[nodiscard]] core::TimePoint after_failed_start(core::TimePoint now);

 private:
  RestartBackoff backoff_;
  std::minstd_rand random_;
  int failures_ = 0;
  bool ended_early_ = false;  // the last worker that was ready
  core::TimePoint ready_at_ = {};
};

}  // namespace inferpool::pool::fleet
