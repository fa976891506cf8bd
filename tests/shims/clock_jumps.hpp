// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>

namespace inferpool::test {

// How far the readings of this process's real-time clock lie apart; 0 where nobody sets it.
inline long hours_of_jumps() {
  using Clock = std::chrono::system_clock;
  Clock::time_point earliest = Clock::now();
  Clock::time_point latest = earliest;
  for (int i = 0; i < 100; ++i) {
    const Clock::time_point now = Clock::now();
    earliest = std::min(earliest, now);
    latest = std::max(latest, now);
  }
  return std::chrono::duration_cast<std::chrono::hours>(latest - earliest).count();
}

}  // namespace inferpool::test
