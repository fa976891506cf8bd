// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>

#include "core/clock.hpp"
#include "ipc/rivals.hpp"

namespace inferpool::ipc {

inline void cpu_relax() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield" ::: "memory");
#endif
}

// How a look for a change ended. kNotYet: look on, after whatever else has to be done now and then.
enum class Looked { kFound, kNotYet, kInVain };

// How long to look for a change before going to sleep, and how to leave the processor to others
// meanwhile:
//
//   kNone   keeps the processor, for `limit` at most. At most `processors` - 1 threads of the
//           process do so at once, so on one processor none does.
//   kQuick  looks for some microseconds, then as kShort
//   kShort  yields again and again while others take the processor, for kPatience at most
//   kLong   keeps the processor for about the time that sleeping and waking up take, then yields
//           until another thread takes it
//
// Learns from waits: after one in vain, all waits only glance for a while, after several in vain
// for longer, kMostRest at most. One that looks on and finds something ends that. Thread-safety:
// safe from many threads, which share what is learned.
class SpinBudget {
 public:
  // `limit`: the longest time that one wait keeps a processor that nobody else wants. 0: waits
  // neither look nor yield.
  SpinBudget(std::chrono::nanoseconds limit, int processors) noexcept
      : limit_(limit), allowed_(limit.count() > 0 ? processors - 1 : 0) {}

  // How one wait looks.
  struct Share {
    int reserve = 0;  // of the processors on which threads may look: left to others
    Rivals rivals = Rivals::kNone;
    bool expects = false;  // the change was announced to come soon: ignores what was learned
  };
  // One wait, over all of its looks.
  class Wait {
   public:
    // While it looks on: nobody else took the processor lately.
    [[nodiscard]] bool alone() const noexcept { return alone_; }

   private:
    friend class SpinBudget;
    core::TimePoint began_{};   // not yet: the clock's epoch
    core::TimePoint wanted_{};  // when another thread last took the processor
    bool alone_ = false;        // in the whole of the last slice
  };

  // kFound as soon as `ready()` is true, kInVain when it is time to sleep, kNotYet every kSlice.
  template <typename Ready>
  Looked look(const Ready& ready, const Share& share, Wait& wait) noexcept {
    if (ready()) return Looked::kFound;
    if (limit_.count() <= 0) return Looked::kInVain;
    const bool first = wait.began_ == core::TimePoint{};
    if (first) {
      if (look_first(ready, share.rivals)) return Looked::kFound;
      if (!share.expects && rests()) return Looked::kInVain;
      wait.began_ = wait.wanted_ = core::Clock::now();
    }
    const Looked looked =
        yields(share.rivals) ? yield_on(ready, share, wait) : keep_on(ready, share, wait);
    if (looked == Looked::kFound && !share.expects) end_rest();
    return looked;
  }

 private:
  // The first looks, 30 to 60 ns each. In this time, below a microsecond, a thread does not count
  // as looking: most answers of a quick worker come by then, and counting costs as much as moving
  // a cache line.
  static constexpr int kGlance = 16;
  static constexpr int kChunk = 64;  // between two readings of the clock
  // How long kQuick looks before it yields: a yield costs about a quarter of it.
  static constexpr std::chrono::microseconds kQuickLooks{4};
  static constexpr std::chrono::microseconds kSlice{20};
  static constexpr std::chrono::milliseconds kPatience{1};
  // About the processor time of sleeping and waking up.
  static constexpr std::chrono::nanoseconds kYieldAfter{5000};
  // If no other thread takes the processor, a yield returns sooner.
  static constexpr std::chrono::nanoseconds kYieldInVain{2000};
  // Short enough that two threads which have lost each other are quick again soon; at most long
  // enough that looks in vain take little of a processor.
  static constexpr std::chrono::nanoseconds kLeastRest = std::chrono::microseconds(100);
  static constexpr std::chrono::nanoseconds kMostRest = std::chrono::microseconds(6400);

  // On one processor nothing changes while a thread looks.
  template <typename Ready>
  [[nodiscard]] bool look_first(const Ready& ready, Rivals rivals) const noexcept {
    if (allowed_ <= 0) return false;
    if (glance(ready, kGlance)) return true;
    if (rivals != Rivals::kQuick) return false;
    // Each look costs more where a thread waits for many calls.
    for (const core::TimePoint end = core::Clock::now() + kQuickLooks; core::Clock::now() < end;) {
      if (glance(ready, kGlance)) return true;
    }
    return false;
  }
  static bool yields(Rivals rivals) noexcept {
    return rivals == Rivals::kQuick || rivals == Rivals::kShort;
  }
  template <typename Ready>
  static bool glance(const Ready& ready, int times) noexcept {
    for (int i = 0; i < times; ++i) {
      cpu_relax();
      if (ready()) return true;
    }
    return false;
  }

  template <typename Ready>
  Looked keep_on(const Ready& ready, const Share& share, Wait& wait) noexcept {
    if (!enter(share.reserve)) return Looked::kInVain;
    const Looked looked = keep(ready, share.rivals == Rivals::kLong, wait);
    wait.alone_ = true;
    spinners_.fetch_sub(1, std::memory_order_relaxed);
    if (looked == Looked::kInVain && !share.expects) rest();
    return looked;
  }
  template <typename Ready>
  Looked keep(const Ready& ready, bool yields, const Wait& wait) noexcept {
    core::TimePoint now = core::Clock::now();
    for (const core::TimePoint slice = now + kSlice; now < slice;) {
      if (glance(ready, kChunk)) return Looked::kFound;
      now = core::Clock::now();
      if (now - wait.began_ >= limit_) return Looked::kInVain;
      if (yields && now - wait.began_ >= kYieldAfter && yielded(now)) return Looked::kInVain;
    }
    return Looked::kNotYet;
  }
  template <typename Ready>
  Looked yield_on(const Ready& ready, const Share& share, Wait& wait) noexcept {
    core::TimePoint now = core::Clock::now();
    for (const core::TimePoint slice = now + kSlice; now < slice;) {
      const bool taken = yielded(now);
      if (ready()) return Looked::kFound;
      now = core::Clock::now();
      if (taken) wait.wanted_ = now;
      if (now - wait.wanted_ < limit_ && now - wait.began_ < kPatience) continue;
      if (!share.expects) rest();
      return Looked::kInVain;
    }
    wait.alone_ = now - wait.wanted_ >= kSlice;
    return Looked::kNotYet;
  }
  // Offers the processor to others. True: another thread took it.
  static bool yielded(core::TimePoint now) noexcept {
    sched_yield();
    return core::Clock::now() - now > kYieldInVain;
  }

  bool enter(int reserve) noexcept {
    if (allowed_ <= reserve) return false;
    if (spinners_.fetch_add(1, std::memory_order_relaxed) < allowed_ - reserve) return true;
    spinners_.fetch_sub(1, std::memory_order_relaxed);
    return false;
  }

  // If two threads overwrite each other's update, a wait looks once more or less, which is
  // harmless.
  [[nodiscard]] bool rests() const noexcept {
    const std::int64_t until = rests_until_.load(std::memory_order_relaxed);
    return until != 0 && core::Clock::now().time_since_epoch().count() < until;
  }
  void rest() noexcept {
    const core::TimePoint now = core::Clock::now();
    if (now.time_since_epoch().count() < rests_until_.load(std::memory_order_relaxed))
      return;  // another thread has learned the same
    const std::int64_t length = std::clamp<std::int64_t>(2 * rest_.load(std::memory_order_relaxed),
                                                         kLeastRest.count(), kMostRest.count());
    const core::TimePoint until = core::after(now, std::chrono::nanoseconds(length));
    rest_.store(length, std::memory_order_relaxed);
    rests_until_.store(until.time_since_epoch().count(), std::memory_order_relaxed);
  }
  void end_rest() noexcept {
    const std::int64_t length = rest_.load(std::memory_order_relaxed);
    if (length == 0) return;
    rest_.store(length / 2, std::memory_order_relaxed);
    rests_until_.store(0, std::memory_order_relaxed);
  }

  // The only global variable of the library: how many threads of this process keep a processor now,
  // in all pools.
  static std::atomic<int> spinners_;

  const std::chrono::nanoseconds limit_;
  const int allowed_;
  std::atomic<std::int64_t> rest_{0};         // half of the next rest, in nanoseconds
  std::atomic<std::int64_t> rests_until_{0};  // nanoseconds of the clock; 0: does not rest
};

}  // namespace inferpool::ipc
