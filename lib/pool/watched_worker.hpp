// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>

#include "core/clock.hpp"
#include "pool/processes/worker_handle.hpp"

namespace inferpool::pool {

// A process that the watching thread looks after until the kernel has reported its end.
struct WatchedWorker {
  // Whether it must be looked at again and again: it has no pidfd, or has ended and cannot be
  // reaped, so its pidfd is always readable.
  [[nodiscard]] bool by_looking() const noexcept { return unreaped_since || worker->pidfd() < 0; }

  // When to look at it again, if nothing comes from it before.
  [[nodiscard]] core::Deadline next_look(core::TimePoint now) const {
    if (unreaped_since && lost) return core::after(now, std::chrono::seconds(1));
    core::Deadline next;
    if (by_looking()) next = core::after(now, std::chrono::milliseconds(10));
    return lost ? next : core::earlier(next, worker->output().next_show());
  }

  // Notes that it has ended and cannot be reaped, because the process that traces it must do so
  // first. That takes a moment where it is a tool or a sanitizer. True: it has taken longer.
  bool unreaped_for_long(core::TimePoint now) noexcept {
    if (!unreaped_since) unreaped_since = now;
    return now - *unreaped_since >= kReapGrace;
  }

  static constexpr std::chrono::milliseconds kReapGrace{500};

  std::shared_ptr<processes::WorkerHandle> worker;  // null: it is to be removed
  bool lost = false;                                // the fleet goes on without it
  core::Deadline unreaped_since = {};               // it has ended; none: it can be reaped
};

}  // namespace inferpool::pool
