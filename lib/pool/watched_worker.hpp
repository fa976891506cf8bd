// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/clock.hpp"
#include "pool/processes/worker_handle.hpp"

namespace inferpool::pool {

// A process that the watching thread looks after until the kernel has reported its end.
struct WatchedWorker {
  // Whether it must be looked at again and again: it has no pidfd, or has ended and cannot be
  // reaped, so its pidfd is always readable.
  [[nodiscard]] bool by_looking() const noexcept { return unreaped || worker->pidfd() < 0; }

  // When to look at it again, if nothing comes from it before.
  [[nodiscard]] core::Deadline next_look(core::TimePoint now) const {
    if (unreaped) return core::after(now, std::chrono::seconds(1));
    core::Deadline next;
    if (by_looking()) next = core::after(now, std::chrono::milliseconds(10));
    return lost ? next : core::earlier(next, worker->output().next_show());
  }

  std::shared_ptr<processes::WorkerHandle> worker;  // null: it is to be removed
  bool lost = false;                                // the fleet goes on without it
  bool unreaped = false;                            // it is lost, and has ended
};

}  // namespace inferpool::pool
