// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "tools/advise/figures.hpp"

namespace inferpool::test {

inline tools::Spread steady(double value, double variation = 0) {
  return {value * (1 - variation), value, value * (1 + variation)};
}

// Figures of a model with this run time, on this many cores. Its pools of 1, 2, ... workers answer
// `gains` times as many calls as one thread. The probe gains from 20 us on, and has 50 us of
// overhead.
inline tools::Figures figures_of(double run, int cores, const std::vector<double>& gains,
                                 double variation = 0) {
  tools::Figures figures;
  figures.cores = cores;
  figures.single = {.run = steady(run), .p50 = run + 50e-6, .p99 = run + 90e-6, .overhead = 50e-6};
  for (const double gain : gains) {
    figures.loads.push_back({.workers = static_cast<int>(figures.loads.size()) + 1,
                             .calls_per_second = steady(gain / run, variation),
                             .run = run});
  }
  figures.probe_workers = 2;
  for (const auto& [at, gain] : {std::pair{1e-6, 0.3}, std::pair{5e-6, 0.6}, std::pair{20e-6, 1.0},
                                 std::pair{100e-6, 1.7}, std::pair{2e-3, 1.95}}) {
    figures.probe.push_back({.run = at, .overhead = 50e-6, .gain = gain});
  }
  return figures;
}

}  // namespace inferpool::test
