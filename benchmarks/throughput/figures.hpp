// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "measure/progress.hpp"
#include "measure/results.hpp"

namespace bench {

// These functions measure the promises about throughput, each beside its floor, in `runs` runs.
// They add cells and figures.

// Handlers, 32 requests in flight, 1 worker, null model.
void measure_in_flight(int runs, Progress& progress, Results& results);

// 8 threads that share one worker, null model, beside 8 threads that hand a turn to each other.
void measure_hand_over(int runs, Progress& progress, Results& results);

// A model that computes, on one worker per core, beside the model alone and beside the bare wire.
void measure_cpu_bound(int runs, Progress& progress, Results& results);

// More callers and workers than cores, beside the same pool without spinning.
void measure_crowd(int runs, Progress& progress, Results& results);

// The number of steps that the four functions report to `progress`.
inline constexpr int kFigureSteps = 8;

}  // namespace bench
