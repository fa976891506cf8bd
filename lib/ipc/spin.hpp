// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <chrono>

#include "core/clock.hpp"

namespace inferpool::ipc {

inline void cpu_relax() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield" ::: "memory");
#endif
}

// How long to look for a change before going to sleep. Learns from the spins it sees: after one in
// vain the next wait sleeps at once, after a second in a row the next two, then four, and so on;
// what comes while one spins ends that, or halves it in a crowd. (How long a sleep was teaches
// nothing: where both ends share a processor, it is the spinning that keeps the other end from
// answering.) At most `processors` - 1 threads of the process spin at once, so on one processor
// none does. Thread-safety: safe from many threads; what they learn is shared.
class SpinBudget {
 public:
  // `limit`: the most that one wait spins.
  SpinBudget(std::chrono::nanoseconds limit, int processors) noexcept
      : limit_(limit), allowed_(limit.count() > 0 ? processors - 1 : 0) {}

  // True as soon as `ready()` is, false when the budget is used up. `reserve`: of the processors on
  // which threads may spin, so many are left to others. `oversubscribed`: models run on all of
  // them, so that one may spin in a model's place. After what sleeping and waking up would take it
  // lets others have the processor, again and again, and ends where one takes it.
  template <typename Ready>
  bool spin(const Ready& ready, int reserve = 0, bool oversubscribed = false) noexcept {
    if (ready()) return true;
    if (allowed_ <= reserve || skips()) return false;
    if (look(ready, kGlance)) return hit(oversubscribed);
    if (!enter(reserve)) return false;
    return leave(look_on(ready, oversubscribed)) ? hit(oversubscribed) : miss();
  }

  // As spin, for what was announced to come soon: learns nothing, and nothing that was learned
  // makes it sleep at once.
  template <typename Ready>
  bool expect(const Ready& ready, int reserve = 0, bool oversubscribed = false) noexcept {
    if (ready()) return true;
    if (allowed_ <= reserve) return false;
    if (look(ready, kGlance)) return true;
    return enter(reserve) && leave(look_on(ready, oversubscribed));
  }

 private:
  // Looks, each 30 to 60 ns. For less than a microsecond a thread does not count as spinning: most
  // answers of a quick worker come by then, and counting costs as much as moving a cache line.
  static constexpr int kGlance = 16;
  static constexpr int kChunk = 64;  // between two readings of the clock
  static constexpr int kMostSkipped = 512;
  // About what sleeping and waking up take of a processor.
  static constexpr std::chrono::nanoseconds kYieldAfter{5000};
  // A yield that nobody took returns sooner, even through a tick of the timer.
  static constexpr std::chrono::nanoseconds kYieldInVain{5000};

  // Two threads that lose each other's update skip one wait more or less: no harm.
  bool skips() noexcept {
    const int left = left_to_skip_.load(std::memory_order_relaxed);
    if (left == 0) return false;
    left_to_skip_.store(left - 1, std::memory_order_relaxed);
    return true;
  }
  bool enter(int reserve) noexcept {
    if (spinners_.fetch_add(1, std::memory_order_relaxed) < allowed_ - reserve) return true;
    spinners_.fetch_sub(1, std::memory_order_relaxed);
    return false;
  }
  bool leave(bool found) noexcept {
    spinners_.fetch_sub(1, std::memory_order_relaxed);
    return found;
  }
  template <typename Ready>
  bool look(const Ready& ready, int times) noexcept {
    for (int i = 0; i < times; ++i) {
      cpu_relax();
      if (ready()) return true;
    }
    return false;
  }
  template <typename Ready>
  bool look_on(const Ready& ready, bool oversubscribed) noexcept {
    const core::TimePoint begin = core::Clock::now();
    for (;;) {
      if (look(ready, kChunk)) return true;
      const core::TimePoint now = core::Clock::now();
      if (now - begin >= limit_) return false;
      if (oversubscribed && now - begin >= kYieldAfter && yielded(now)) return false;
    }
  }
  // Whether another thread took the processor that it was offered.
  static bool yielded(core::TimePoint now) noexcept {
    sched_yield();
    return core::Clock::now() - now > kYieldInVain;
  }
  // In a crowd another thread may have waited meanwhile: that brings but half of the spinning back.
  bool hit(bool oversubscribed) noexcept {
    const int skipped = skipped_.load(std::memory_order_relaxed);
    if (skipped != 0) skip_next(oversubscribed ? skipped / 2 : 0);
    return true;
  }
  bool miss() noexcept {
    skip_next(std::clamp(2 * skipped_.load(std::memory_order_relaxed), 1, kMostSkipped));
    return false;
  }
  void skip_next(int waits) noexcept {
    skipped_.store(waits, std::memory_order_relaxed);
    left_to_skip_.store(waits, std::memory_order_relaxed);
  }

  // The one global of the library: threads of this process that spin right now, whatever pool they
  // belong to.
  static std::atomic<int> spinners_;

  const std::chrono::nanoseconds limit_;
  const int allowed_;
  std::atomic<int> skipped_{0};  // after the last spin in vain; 0: the last one was not
  std::atomic<int> left_to_skip_{0};
};

}  // namespace inferpool::ipc
