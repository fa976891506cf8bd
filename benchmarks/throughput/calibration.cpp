// SPDX-License-Identifier: Apache-2.0
#include "throughput/calibration.hpp"

#include "models/work.hpp"

namespace bench {

namespace {

double measure_nanoseconds_of_a_round() {
  constexpr std::uint64_t kRounds = 100'000;
  Samples samples;
  time_each(std::chrono::milliseconds(100), samples, [] { work(kRounds); });
  return samples.quantile(0.1) / static_cast<double>(kRounds);  // disturbances only add to it
}

}  // namespace

std::uint64_t rounds_of(Nanoseconds time) {
  static const double one = measure_nanoseconds_of_a_round();
  return static_cast<std::uint64_t>(static_cast<double>(time.count()) / one);
}

}  // namespace bench
