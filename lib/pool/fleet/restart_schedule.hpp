// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <random>

#include <inferpool/settings.hpp>

#include "core/clock.hpp"

namespace inferpool::pool::fleet {

// When the next worker of one place may start. The first restart is at once; after each start that
// failed in a row the delay doubles, with jitter of a quarter, so that pools which fail together do
// not start together. A worker that ends by itself within a second of being ready, before it has
// answered anything, has not ended such a row: else a model that dies as soon as it is loaded would
// be started without a pause.
class RestartSchedule {
 public:
  RestartSchedule(const RestartBackoff& backoff, unsigned seed)
      : backoff_(backoff), random_(seed) {}

  void ready(core::TimePoint now) noexcept { ready_at_ = now; }
  // What was started is in use: the row of failures is over.
  void succeeded() noexcept {
    failures_ = 0;
    ended_early_ = false;
  }
  // A worker that had been ready ended. `useful`: it had answered, or the pool had ended it.
  [[nodiscard]] core::TimePoint after_death(core::TimePoint now, bool useful);
  // A start failed.
  [[nodiscard]] core::TimePoint after_failed_start(core::TimePoint now);

 private:
  RestartBackoff backoff_;
  std::minstd_rand random_;
  int failures_ = 0;
  bool ended_early_ = false;  // the last one that was ready
  core::TimePoint ready_at_ = {};
};

}  // namespace inferpool::pool::fleet
