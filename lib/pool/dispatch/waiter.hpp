// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

#include "ipc/shared_words.hpp"

namespace inferpool::pool::dispatch {

// The word on which the waiter of a call sleeps, in the host's private memory. It changes, under
// the pool's lock, whenever the call is posted, moved or done.
template <typename Words>
class BasicWaiter {
 public:
  using WaitFor = typename Words::WaitFor;
  using WakeList = typename Words::WakeList;

  // From now on, notify() also notifies `group`, so that a thread that waits for many calls sleeps
  // on one word. Call it before the waiter is shared; `group` must outlive it.
  void join(BasicWaiter& group) noexcept { group_ = &group; }

  [[nodiscard]] std::uint32_t seen() const noexcept {
    return word_.load(std::memory_order_seq_cst);
  }

  void notify(WakeList& wakes) {
    word_.fetch_add(1, std::memory_order_seq_cst);
    if (parked_.load(std::memory_order_seq_cst)) wakes.add(&word_);
    if (group_ != nullptr) group_->notify(wakes);
  }

  // Between park and unpark, notify wakes the thread. Look at seen() once more before you sleep.
  WaitFor park(std::uint32_t seen) noexcept {
    parked_.store(true, std::memory_order_seq_cst);
    return {&word_, seen};
  }
  void unpark() noexcept { parked_.store(false, std::memory_order_relaxed); }

 private:
  typename Words::template Atomic<std::uint32_t> word_{0};
  typename Words::template Atomic<bool> parked_{false};
  BasicWaiter* group_ = nullptr;
};

using Waiter = BasicWaiter<ipc::SharedWords>;

}  // namespace inferpool::pool::dispatch
