// SPDX-License-Identifier: Apache-2.0
#pragma once

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

// Processors that this process may use.
int usable_processors() noexcept;

// How long to look for a change before going to sleep. Learns from the waits it sees: where they
// are longer than the limit, spinning is given up, but for one wait in 16 that looks whether that
// still holds. At most usable_processors() - 1 threads of the process spin at once, so on one
// processor none does. Thread-safety: safe from many threads; what they learn is shared.
class SpinBudget {
 public:
  explicit SpinBudget(std::chrono::nanoseconds limit) noexcept
      : limit_(limit.count()), allowed_(limit.count() > 0 ? usable_processors() - 1 : 0) {}

  // True as soon as `ready()` is, false when the budget is used up.
  template <typename Ready>
  bool spin(const Ready& ready) noexcept {
    if (ready()) return true;
    if (!worthwhile() || !enter()) return false;
    const bool found = look(ready);
    spinners_.fetch_sub(1, std::memory_order_relaxed);
    return found;
  }

  // A wait that had to sleep took so long.
  void slept(std::chrono::nanoseconds wait) noexcept {
    learn(std::min<long>(wait.count(), 4 * limit_));
  }

 private:
  static constexpr int kChunk = 64;  // looks between two readings of the clock

  bool worthwhile() noexcept {
    if (allowed_ <= 0) return false;
    return expected_.load(std::memory_order_relaxed) <= limit_ ||
           waits_.fetch_add(1, std::memory_order_relaxed) % 16 == 0;
  }
  bool enter() noexcept {
    if (spinners_.fetch_add(1, std::memory_order_relaxed) < allowed_) return true;
    spinners_.fetch_sub(1, std::memory_order_relaxed);
    return false;
  }
  template <typename Ready>
  bool look(const Ready& ready) noexcept {
    for (int i = 0; i < kChunk; ++i) {
      if (ready()) {
        // Else what could be learned is not needed.
        if (expected_.load(std::memory_order_relaxed) > limit_) learn(0);
        return true;
      }
      cpu_relax();
    }
    const TimePoint start = Clock::now();
    for (std::chrono::nanoseconds spent{0}; spent.count() < limit_; spent = Clock::now() - start) {
      for (int i = 0; i < kChunk; ++i) {
        if (ready()) return learn(spent.count()), true;
        cpu_relax();
      }
    }
    learn(2 * limit_);  // spun in vain, whatever the sleep that follows
    return false;
  }
  void learn(long wait) noexcept {
    const long old = expected_.load(std::memory_order_relaxed);
    expected_.store(old + (wait - old) / 8, std::memory_order_relaxed);
  }

  // The one global of the library: threads of this process that spin right now, whatever pool they
  // belong to.
  static std::atomic<int> spinners_;

  const long limit_;
  const int allowed_;
  std::atomic<long> expected_{0};  // nanoseconds; an average over about 8 waits
  std::atomic<unsigned> waits_{0};
};

}  // namespace inferpool::ipc
