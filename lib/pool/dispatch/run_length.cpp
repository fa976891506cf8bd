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
// A worker that begins nothing for this time is stopped, or others keep its processor.
constexpr std::chrono::nanoseconds kStoppedAfter = 200us;
constexpr std::chrono::nanoseconds kPatience = 50us;

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

TooLong RunLength::too_long(std::uint64_t now) const noexcept {
  const auto before = [&](std::chrono::nanoseconds time) {
    const std::uint64_t ticks = rate_.to_ticks(time);
    return now > ticks ? now - ticks : 0;
  };
  return {.begun = before(kSlowTimes * std::min(mean_, kLongest) + kSlowAfter),
          .any = before(kSlowTimes * std::min(mean_, kLongest) + kStoppedAfter)};
}

std::chrono::nanoseconds RunLength::patience() const noexcept {
  return kSlowTimes * std::min(mean_, kLongest) + kPatience;
}

}  // namespace inferpool::pool::dispatch
