// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "measure/timing.hpp"
#include "models/work.hpp"

namespace bench {

// The nanoseconds of one round of work() on an undisturbed core of this machine.
[[nodiscard]] inline double measure_round() {
  constexpr std::uint64_t kRounds = 100'000;
  Samples samples;
  time_each(std::chrono::milliseconds(100), samples, [] { work(kRounds); });
  return samples.quantile(0.1) / static_cast<double>(kRounds);  // disturbances only add to it
}

// The number of rounds for which work() takes `time`. The first call measures it.
[[nodiscard]] inline std::uint64_t rounds_of(Nanoseconds time) {
  static const double one = measure_round();
  return static_cast<std::uint64_t>(static_cast<double>(time.count()) / one);
}

}  // namespace bench
