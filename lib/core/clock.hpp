// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

namespace inferpool {

// Every wait and every limit is on the monotonic clock (CLOCK_MONOTONIC), which setting the time
// does not move.
using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;
using Deadline = std::optional<TimePoint>;

inline Deadline earlier(Deadline a, Deadline b) noexcept {
  if (!a) return b;
  if (!b) return a;
  return *a < *b ? a : b;
}

inline bool passed(const Deadline& deadline, TimePoint now) noexcept {
  return deadline && *deadline <= now;
}

// A counter of constant rate that costs a few nanoseconds to read: for figures only, never for a
// decision.
inline std::uint64_t ticks() noexcept {
#if defined(__x86_64__)
  return __rdtsc();
#else
  return static_cast<std::uint64_t>(Clock::now().time_since_epoch().count());
#endif
}

// The rate of ticks(), measured between its construction and the conversion.
class TickRate {
 public:
  // Since `ticks` were counted, maybe on another processor.
  std::chrono::nanoseconds since(std::uint64_t then) const noexcept {
    const std::uint64_t now = ticks();
    return now > then ? to_duration(now - then) : std::chrono::nanoseconds{};
  }

  std::chrono::nanoseconds to_duration(std::uint64_t delta) const noexcept {
    const auto elapsed = static_cast<double>((Clock::now() - start_).count());
    const auto counted = static_cast<double>(ticks() - start_ticks_);
    if (counted <= 0) return {};
    return std::chrono::nanoseconds(
        static_cast<std::int64_t>(static_cast<double>(delta) * elapsed / counted));
  }

 private:
  TimePoint start_ = Clock::now();
  std::uint64_t start_ticks_ = ticks();
};

}  // namespace inferpool
