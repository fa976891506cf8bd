// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/clock.hpp"
#include "pool/restart_schedule.hpp"
#include "pool/worker_handle.hpp"

namespace inferpool::pool {

// One of the N, or the one beside them that recycling needs; its worker changes. Belongs to the
// thread that watches.
struct Place {
  Place(const RestartBackoff& backoff, unsigned seed) : schedule(backoff, seed) {}

  [[nodiscard]] bool ready() const noexcept {
    return worker && worker->stage() == WorkerHandle::Stage::kReady;
  }

  // When to look at its worker again, if that says nothing before.
  [[nodiscard]] Deadline next_look(TimePoint now, Duration startup_timeout) const {
    Deadline next;
    if (worker && !ready() && !worker->killed()) next = after(worker->started(), startup_timeout);
    // Nobody reports the end of one that has no pidfd.
    if (worker && worker->pidfd() < 0)
      next = earlier(next, after(now, std::chrono::milliseconds(10)));
    if (worker) next = earlier(next, worker->output().next_show());
    return next;
  }

  std::shared_ptr<WorkerHandle> worker = {};
  RestartSchedule schedule;
  Deadline next_start = {};
  bool ordered = false;  // the spawner works on it
  bool asked_to_leave = false;
  bool late = false;  // as last told, or about to be
  bool tell_late = false;
};

}  // namespace inferpool::pool
