// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

namespace inferpool::ipc {

// Tells whether this process is the one that made the guard, or a fork of it without exec: there no
// mapping of the guard's owner exists, no thread of it runs, and its workers are not the child's
// own. Costs one load. Thread-safety: safe from many threads.
class ForkGuard {
 public:
  // Throws std::runtime_error naming the system call.
  ForkGuard();
  ForkGuard(const ForkGuard&) = delete;
  ForkGuard& operator=(const ForkGuard&) = delete;
  ~ForkGuard();

  [[nodiscard]] bool in_child() const noexcept {
    return page_->load(std::memory_order_relaxed) == 0;
  }

 private:
  std::atomic<int>* page_;  // on a page that reads as zero in a child (MADV_WIPEONFORK)
};

}  // namespace inferpool::ipc
