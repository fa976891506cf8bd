// SPDX-License-Identifier: Apache-2.0
#include "pool/dispatch/run_length.hpp"

#include <algorithm>

namespace inferpool::pool::dispatch {
namespace {

using namespace std::chrono_literals;

constexpr double kWeight = 1.0 / 8;  // of the last run
// What the shortest run takes, with what a worker does around it.
constexpr std::chrono::nanoseconds kLeast = 150ns;
constexpr std::int64_t kMost = 31;
constexpr std::uint64_t kMostTicks = std::uint64_t{1} << 50U;  // some days
constexpr std::chrono::nanoseconds kLongest = 24h;
// A run is slow after this many times the mean, and some time more: it may have lost its processor.
constexpr int kSlowTimes = 4;
constexpr std::chrono::nanoseconds kSlowAfter = 5us;

}  // namespace

void RunLength::add(std::uint64_t ticks) noexcept {
  const bool known = mean_ != std::chrono::nanoseconds::max();
  const auto length = static_cast<double>(rate_.to_duration(std::min(ticks, kMostTicks)).count());
  exact_ = known ? exact_ + (length - exact_) * kWeight : length;
  mean_ = std::chrono::nanoseconds(static_cast<std::int64_t>(exact_));
}

int RunLength::fit_into(std::chrono::nanoseconds time) const noexcept {
  return static_cast<int>(std::clamp<std::int64_t>(time / std::max(mean_, kLeast), 1, kMost));
}

std::uint64_t RunLength::slow_before(std::uint64_t now) const noexcept {
  const std::uint64_t normal = rate_.to_ticks(kSlowTimes * std::min(mean_, kLongest) + kSlowAfter);
  return now > normal ? now - normal : 0;
}

}  // namespace inferpool::pool::dispatch
