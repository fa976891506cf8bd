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

// How long to look for a change before going to sleep. Learns from earlier spins: after one in vain
// the next wait sleeps at once, after a second in a row the next two, then four, and so on. A
// successful spin ends that, or halves it when the processors are oversubscribed. (The length of a
// sleep teaches nothing: when both ends share a processor, the spinning itself keeps the other end
// from answering.) At most `processors` - 1 threads of the process spin at once, so on one
// processor none does. Thread-safety: safe from many threads, which share what is learned.
class SpinBudget {
 public:
  // `limit`: the longest time that one wait spins.
  SpinBudget(std::chrono::nanoseconds limit, int processors) noexcept
      : limit_(limit), allowed_(limit.count() > 0 ? processors - 1 : 0) {}

  // True as soon as `ready()` is, false when the budget is used up. `reserve`: how many of the
  // processors on which threads may spin are left to others. `oversubscribed`: models run on all
  // processors, so a spinning thread may keep a model from running. Then, after the time that
  // sleeping and waking up would take, it yields again and again, and stops when another thread
  // takes the processor.
  template <typename Ready>
  bool spin(const Ready& ready, int reserve = 0, bool oversubscribed = false) noexcept {
    if (ready()) return true;
    if (allowed_ <= reserve || skips()) return false;
    if (look(ready, kGlance)) return hit(oversubscribed);
    if (!enter(reserve)) return false;
    return leave(look_on(ready, oversubscribed)) ? hit(oversubscribed) : miss();
  }

  // As spin, for something that was announced to come soon. Learns nothing, and ignores what was
  // learned.
  template <typename Ready>
  bool expect(const Ready& ready, int reserve = 0, bool oversubscribed = false) noexcept {
    if (ready()) return true;
    if (allowed_ <= reserve) return false;
    if (look(ready, kGlance)) return true;
    return enter(reserve) && leave(look_on(ready, oversubscribed));
  }

 private:
  // The first looks, 30 to 60 ns each. In this time, below a microsecond, a thread does not count
  // as spinning: most answers of a quick worker come by then, and counting costs as much as moving
  // a cache line.
  static constexpr int kGlance = 16;
  static constexpr int kChunk = 64;  // between two readings of the clock
  static constexpr int kMostSkipped = 512;
  // About the processor time of sleeping and waking up.
  static constexpr std::chrono::nanoseconds kYieldAfter{5000};
  // If no other thread takes the processor, a yield returns sooner, even with a timer tick in
  // between.
  static constexpr std::chrono::nanoseconds kYieldInVain{5000};

  // If two threads overwrite each other's update, they skip one wait more or less, which is
  // harmless.
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
  // Offers the processor to others. True: another thread took it.
  static bool yielded(core::TimePoint now) noexcept {
    sched_yield();
    return core::Clock::now() - now > kYieldInVain;
  }
  // When oversubscribed, another thread may have waited meanwhile: so this only halves the
  // skipping.
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

  // The only global variable of the library: how many threads of this process spin now, in all
  // pools.
  static std::atomic<int> spinners_;

  const std::chrono::nanoseconds limit_;
  const int allowed_;
  // Waits to skip after the last spin, if it was in vain; 0: it was successful.
  std::atomic<int> skipped_{0};
  std::atomic<int> left_to_skip_{0};
};

}  // namespace inferpool::ipc
