// SPDX-License-Identifier: Apache-2.0
#include "ipc/wait_word.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif

namespace inferpool::ipc {
namespace {

using namespace std::chrono_literals;

// The kernel's struct futex_waitv, which older headers lack.
struct KernelWaiter {
  std::uint64_t value;
  std::uint64_t address;
  std::uint32_t flags;
  std::uint32_t reserved;
};
constexpr std::uint32_t kFutex32 = 2;

timespec to_timespec(TimePoint time) noexcept {
  const auto since = time.time_since_epoch();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since);
  return {static_cast<time_t>(seconds.count()), static_cast<long>((since - seconds).count())};
}

bool wait_one(const WaitFor& wait_for, const timespec& until) noexcept {
  // FUTEX_WAIT_BITSET takes an absolute time, on CLOCK_MONOTONIC by default. The word may be
  // shared.
  return syscall(SYS_futex, wait_for.word, FUTEX_WAIT_BITSET, wait_for.expected, &until, nullptr,
                 FUTEX_BITSET_MATCH_ANY) == 0;
}

enum class Slept { kWoken, kNotWoken, kUnsupported };

// Unsupported: the kernel (before Linux 5.16) has no such call, or a filter of system calls refuses
// it.
Slept wait_many(std::span<const WaitFor> words, const timespec& until) noexcept {
  std::array<KernelWaiter, kMaxWaitFor> waiters;
  for (std::size_t i = 0; i < words.size(); ++i) {
    waiters[i] = {words[i].expected, reinterpret_cast<std::uintptr_t>(words[i].word), kFutex32, 0};
  }
  const long result =
      syscall(SYS_futex_waitv, waiters.data(), words.size(), 0, &until, CLOCK_MONOTONIC);
  if (result >= 0) return Slept::kWoken;
  return errno == EAGAIN || errno == ETIMEDOUT || errno == EINTR ? Slept::kNotWoken
                                                                 : Slept::kUnsupported;
}

}  // namespace

bool wait(std::span<const WaitFor> words, Deadline deadline) noexcept {
  const TimePoint now = Clock::now();
  const TimePoint until = std::min(deadline.value_or(TimePoint::max()), after(now, 1s));
  const TimePoint slice = std::min(until, after(now, 10ms));  // while some word cannot wake us
  if (until <= now || words.empty()) return false;
  if (words.size() == 1) return wait_one(words.front(), to_timespec(until));
  const bool all = words.size() <= kMaxWaitFor;
  if (!all) words = words.first(kMaxWaitFor);
  const Slept slept = wait_many(words, to_timespec(all ? until : slice));
  if (slept == Slept::kUnsupported) return wait_one(words.front(), to_timespec(slice));
  return slept == Slept::kWoken;
}

void wake(const Word* word, int count) noexcept {
  syscall(SYS_futex, word, FUTEX_WAKE, count, nullptr, nullptr, 0);
}

void WakeList::add(const Word* word, int count) noexcept {
  if (size_ == entries_.size()) flush();
  entries_[size_++] = {word, count};
}

void WakeList::wake_all() noexcept {
  for (std::size_t i = 0; i < size_; ++i) wake(entries_[i].word, entries_[i].count);
  size_ = 0;
}

}  // namespace inferpool::ipc
