// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "mix/latencies.hpp"

namespace bench {

// What some time of a load gave.
struct Slice {
  double seconds = 0;
  double processor_seconds = 0;  // of the callers' process and of the servers
  double calls = 0;
  Latencies latencies = {};  // none where only the rate is measured

  void add(const Slice& other) noexcept {
    seconds += other.seconds;
    processor_seconds += other.processor_seconds;
    calls += other.calls;
    latencies.add(other.latencies);
  }
  [[nodiscard]] double rate() const noexcept { return seconds > 0 ? calls / seconds : 0; }
  [[nodiscard]] double processor_per_call() const noexcept {  // seconds
    return calls > 0 ? processor_seconds / calls : 0;
  }
};

[[nodiscard]] inline std::vector<double> rates_of(const std::vector<Slice>& runs) {
  std::vector<double> rates;
  for (const Slice& slice : runs) rates.push_back(slice.rate());
  return rates;
}

}  // namespace bench
