// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <span>

#include "core/clock.hpp"

namespace inferpool::ipc {

// A 32-bit word that a thread sleeps on, in private or shared memory (the kernel's futex).
using Word = std::atomic<std::uint32_t>;

// One word of a wait: sleep while it holds `expected`.
struct WaitFor {
  const Word* word;
  std::uint32_t expected;
};

// The most words that the kernel can wait for at once.
inline constexpr std::size_t kMaxWaitFor = 128;

// How a sleep ended, according to the kernel. kWholeSecond: it lasted its whole second. kNotWoken:
// it ended in any other way.
enum class Slept { kWoken, kNotWoken, kWholeSecond };

// Sleeps until one of the words is woken, or already differs from its expected value, or until the
// deadline. May also return for no reason, so look again. Sleeps for at most one second per call,
// which bounds the cost of a lost wake-up. Sleeps for at most 10 ms if there are more than
// kMaxWaitFor words, or if the kernel (before Linux 5.16) can wait only for one, the first.
Slept sleep_on(std::span<const WaitFor> words, core::Deadline deadline) noexcept;

// The same. True: the thread was woken.
inline bool wait(std::span<const WaitFor> words, core::Deadline deadline) noexcept {
  return sleep_on(words, deadline) == Slept::kWoken;
}

// Wakes up to `count` threads that sleep on the word. The word itself is not touched, so it may be
// gone already.
void wake(const Word* word, int count) noexcept;

// Words to wake after a lock is released. Not thread-safe.
class WakeList {
 public:
  WakeList() noexcept = default;
  WakeList(const WakeList&) = delete;
  WakeList& operator=(const WakeList&) = delete;
  ~WakeList() { flush(); }

  // Wakes up to `count` threads that sleep on it. A full list is flushed first: an early wake is
  // harmless.
  void add(const Word* word, int count = 1) noexcept;
  void flush() noexcept {
    if (size_ != 0) wake_all();
  }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  struct Entry {
    const Word* word;
    int count;
  };
  void wake_all() noexcept;

  std::array<Entry, 32> entries_;  // the first size_ of them
  std::size_t size_ = 0;
};

}  // namespace inferpool::ipc
