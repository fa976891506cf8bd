// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

namespace inferpool::ipc {

// Tells whether this process made the guard, or is a fork of that process without exec. A fork has
// no mapping and no thread of the guard's owner, and the workers are not its children. Costs one
// load. Thread-safety: safe from many threads.
class ForkGuard {
 public:
  // Throws std::runtime_error that names the system call.
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
