// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstring>
#include <span>

#include "core/clock.hpp"
#include "ipc/lost_wakes.hpp"
#include "ipc/robust_mutex.hpp"
#include "ipc/wait_word.hpp"

namespace inferpool::ipc {

// How both ends of a channel access shared memory. Their algorithms are templates over such a
// policy, so that tests/explorer can run them with words of its own, in all interleavings.
struct SharedWords {
  template <typename T>
  using Atomic = std::atomic<T>;
  // A value that one thread writes before it publishes it, and others read afterwards.
  template <typename T>
  using Plain = T;
  using Mutex = RobustMutex;
  using WaitFor = ipc::WaitFor;
  using WakeList = ipc::WakeList;

  // As std::memcpy; one of the two is shared memory.
  static void copy(std::byte* to, const std::byte* from, std::size_t size) noexcept {
    std::memcpy(to, from, size);
  }
  template <typename Came>
  static bool wait(std::span<const WaitFor> words, core::Deadline deadline,
                   const Came& came) noexcept {
    return ipc::wait(words, deadline, came);
  }
  static void wake(const Word* word, int count) noexcept { ipc::wake(word, count); }
};

}  // namespace inferpool::ipc
