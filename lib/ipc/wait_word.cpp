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

timespec to_timespec(core::TimePoint time) noexcept {
  const auto since = time.time_since_epoch();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since);
  return {static_cast<time_t>(seconds.count()), static_cast<long>((since - seconds).count())};
}

// How the system call of a sleep ended. Unsupported: the kernel (before Linux 5.16) has no such
// call, or a system call filter refuses it.
enum class Answer { kWoken, kNotWoken, kTimeOver, kUnsupported };

Answer answer_of(long result) noexcept {
  if (result >= 0) return Answer::kWoken;
  if (errno == ETIMEDOUT) return Answer::kTimeOver;
  return errno == EAGAIN || errno == EINTR ? Answer::kNotWoken : Answer::kUnsupported;
}

Answer wait_one(const WaitFor& wait_for, const timespec& until) noexcept {
  // FUTEX_WAIT_BITSET takes an absolute time, on CLOCK_MONOTONIC by default. The word may be
  // shared.
  return answer_of(syscall(SYS_futex, wait_for.word, FUTEX_WAIT_BITSET, wait_for.expected, &until,
                           nullptr, FUTEX_BITSET_MATCH_ANY));
}

Answer wait_many(std::span<const WaitFor> words, const timespec& until) noexcept {
  std::array<KernelWaiter, kMaxWaitFor> waiters;
  for (std::size_t i = 0; i < words.size(); ++i) {
    waiters[i] = {words[i].expected, reinterpret_cast<std::uintptr_t>(words[i].word), kFutex32, 0};
  }
  return answer_of(
      syscall(SYS_futex_waitv, waiters.data(), words.size(), 0, &until, CLOCK_MONOTONIC));
}

Slept slept(Answer answer, bool whole_second) noexcept {
  if (answer == Answer::kWoken) return Slept::kWoken;
  return answer == Answer::kTimeOver && whole_second ? Slept::kWholeSecond : Slept::kNotWoken;
}

}  // namespace

Slept sleep_on(std::span<const WaitFor> words, core::Deadline deadline) noexcept {
  const core::TimePoint now = core::Clock::now();
  const core::TimePoint second = core::after(now, 1s);
  const core::TimePoint until = std::min(deadline.value_or(second), second);
  const core::TimePoint slice =
      std::min(until, core::after(now, 10ms));  // while some word cannot wake us
  const bool whole = until == second;
  if (until <= now || words.empty()) return Slept::kNotWoken;
  if (words.size() == 1) return slept(wait_one(words.front(), to_timespec(until)), whole);
  const bool all = words.size() <= kMaxWaitFor;
  if (!all) words = words.first(kMaxWaitFor);
  const Answer answer = wait_many(words, to_timespec(all ? until : slice));
  if (answer == Answer::kUnsupported)
    return slept(wait_one(words.front(), to_timespec(slice)), false);
  return slept(answer, whole && all);
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
