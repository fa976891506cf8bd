// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/clock.hpp"
#include "pool/processes/worker_handle.hpp"

namespace inferpool::pool {

// A process that the watching thread looks after until the kernel has reported its end.
struct WatchedWorker {
  // Where nobody reports what is to be known: no pidfd, or one that reports what cannot be reaped.
  [[nodiscard]] bool by_looking() const noexcept { return unreaped || worker->pidfd() < 0; }

  // When to look at it again, if it says nothing before.
  [[nodiscard]] core::Deadline next_look(core::TimePoint now) const {
    if (unreaped) return core::after(now, std::chrono::seconds(1));
    core::Deadline next;
    if (by_looking()) next = core::after(now, std::chrono::milliseconds(10));
    return lost ? next : core::earlier(next, worker->output().next_show());
  }

  std::shared_ptr<processes::WorkerHandle> worker;  // none: it is to be forgotten
  bool lost = false;                                // the fleet goes on without it
  bool unreaped = false;                            // of these, one that has ended
};

}  // namespace inferpool::pool
