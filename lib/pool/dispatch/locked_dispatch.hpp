// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>

#include "core/adaptive_mutex.hpp"
#include "ipc/wait_word.hpp"
#include "pool/dispatch/dispatch.hpp"

namespace inferpool::pool::dispatch {

// The pool's lock and what it guards. No thread waits while it holds the lock, and threads are
// woken after its release.
class LockedDispatch {
 public:
  explicit LockedDispatch(const DispatchLimits& limits) : dispatch_(limits) {}

  // Calls change(Dispatch&, ipc::WakeList&) under the lock, and afterwards wakes the threads in the
  // list.
  template <typename Change>
  auto update(const Change& change) {
    ipc::WakeList wakes;
    const std::lock_guard lock(mutex_);  // released before `wakes` acts
    return change(dispatch_, wakes);
  }

  template <typename Look>
  auto look(const Look& look) const {
    const std::lock_guard lock(mutex_);
    return look(dispatch_);
  }

 private:
  mutable core::AdaptiveMutex mutex_;
  Dispatch dispatch_;
};

}  // namespace inferpool::pool::dispatch
