// SPDX-License-Identifier: Apache-2.0
#include "pool/fleet/restart_schedule.hpp"

#include <algorithm>
#include <utility>

namespace inferpool::pool::fleet {
namespace {

// A worker that was ready for this long is not part of a crash loop.
constexpr Duration kProven = std::chrono::seconds(1);

}  // namespace

core::TimePoint RestartSchedule::after_death(core::TimePoint now, bool useful) {
  const bool early = !useful && now - ready_at_ < kProven;
  if (!early) failures_ = 0;
  return std::exchange(ended_early_, early) && early ? after_failed_start(now) : now;
}

core::TimePoint RestartSchedule::after_failed_start(core::TimePoint now) {
  Duration delay = backoff_.first;
  for (int i = 0; i < failures_ && delay < backoff_.limit; ++i) delay *= 2;
  delay = std::min(delay, backoff_.limit);
  ++failures_;
  const double factor = std::uniform_real_distribution<double>(0.75, 1.25)(random_);
  return core::after(
      now, Duration(static_cast<Duration::rep>(static_cast<double>(delay.count()) * factor)));
}

}  // namespace inferpool::pool::fleet
