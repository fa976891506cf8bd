// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>

#include "ipc/wait_word.hpp"
#include "pool/dispatch/dispatch.hpp"

namespace inferpool::pool::dispatch {

// The pool's lock and what it guards. Nobody waits while holding it; threads are woken after it.
class LockedDispatch {
 public:
  explicit LockedDispatch(const DispatchLimits& limits) : dispatch_(limits) {}

  // Calls change(Dispatch&, ipc::WakeList&) under the lock, and wakes whoever must be woken after
  // it.
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
  mutable std::mutex mutex_;
  Dispatch dispatch_;
};

}  // namespace inferpool::pool::dispatch
