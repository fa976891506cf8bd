// SPDX-License-Identifier: Apache-2.0
#include "pool/restart_schedule.hpp"

#include <algorithm>

namespace inferpool::pool {

TimePoint RestartSchedule::after_failed_start(TimePoint now) {
  Duration delay = backoff_.first;
  for (int i = 0; i < failures_ && delay < backoff_.limit; ++i) delay *= 2;
  delay = std::min(delay, backoff_.limit);
  ++failures_;
  const double factor = std::uniform_real_distribution<double>(0.75, 1.25)(random_);
  return now + Duration(static_cast<Duration::rep>(static_cast<double>(delay.count()) * factor));
}

}  // namespace inferpool::pool
