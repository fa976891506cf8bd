// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

namespace inferpool::core {

// Every wait and every limit uses the monotonic clock (CLOCK_MONOTONIC). Setting the system's time
// does not move it.
using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;
using Deadline = std::optional<TimePoint>;

// `time` plus `delay`, which may be negative. A sum that overflows becomes the last or the first
// time point. Only this function adds a duration to a time.
constexpr TimePoint after(TimePoint time, std::chrono::nanoseconds delay) noexcept {
  std::chrono::nanoseconds::rep sum = 0;
  if (__builtin_add_overflow(time.time_since_epoch().count(), delay.count(), &sum))
    return delay.count() > 0 ? TimePoint::max() : TimePoint::min();
  return TimePoint(std::chrono::nanoseconds(sum));
}

// For texts.
constexpr double seconds(std::chrono::nanoseconds duration) noexcept {
  return std::chrono::duration<double>(duration).count();
}

inline Deadline earlier(Deadline a, Deadline b) noexcept {
  if (!a) return b;
  if (!b) return a;
  return *a < *b ? a : b;
}

inline bool passed(const Deadline& deadline, TimePoint now) noexcept {
  return deadline && *deadline <= now;
}

// A counter of constant rate that takes a few nanoseconds to read. It is for statistics only, never
// for a decision.
inline std::uint64_t ticks() noexcept {
#if defined(__x86_64__)
  return __rdtsc();
#else
  return static_cast<std::uint64_t>(Clock::now().time_since_epoch().count());
#endif
}

// The rate of ticks(): measured once, by the first conversion that comes a millisecond or more
// after the construction, and constant from then on. Thread-safety: safe from many threads.
class TickRate {
 public:
  // The time since ticks() returned `then`, maybe on another processor.
  std::chrono::nanoseconds since(std::uint64_t then) const noexcept {
    const std::uint64_t now = ticks();
    return now > then ? to_duration(now - then) : std::chrono::nanoseconds{};
  }

  std::chrono::nanoseconds to_duration(std::uint64_t delta) const noexcept {
    return std::chrono::nanoseconds(static_cast<std::int64_t>(static_cast<double>(delta) * rate()));
  }
  std::uint64_t to_ticks(std::chrono::nanoseconds time) const noexcept {
    const double rate = this->rate();
    return rate > 0 ? static_cast<std::uint64_t>(static_cast<double>(time.count()) / rate) : 0;
  }

 private:
  struct Mark {
    TimePoint time;
    std::uint64_t ticks;
  };

  // Reads both clocks at one moment. A thread may lose its processor between two readings, so this
  // takes the closest of a few.
  static Mark mark() noexcept {
    Mark closest{};
    std::uint64_t least = ~std::uint64_t{0};
    for (int i = 0; i < 4; ++i) {
      const std::uint64_t before = ticks();
      const TimePoint time = Clock::now();
      const std::uint64_t took = ticks() - before;
      if (took >= least) continue;
      least = took;
      closest = {time, before + took / 2};
    }
    return closest;
  }

  double rate() const noexcept {
    const double known = nanoseconds_.load(std::memory_order_relaxed);
    return known != 0 ? known : measure();
  }
  double measure() const noexcept {
    const Mark now = mark();
    const auto elapsed = now.time - start_.time;
    const auto counted = static_cast<double>(now.ticks - start_.ticks);
    if (counted <= 0) return 0;
    const double rate = static_cast<double>(elapsed.count()) / counted;
    if (elapsed >= std::chrono::milliseconds(1))
      nanoseconds_.store(rate, std::memory_order_relaxed);
    return rate;
  }

  Mark start_ = mark();
  mutable std::atomic<double> nanoseconds_{0};  // per tick; 0: not known yet
};

}  // namespace inferpool::core
