// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "measure/options.hpp"
#include "measure/progress.hpp"
#include "measure/results.hpp"

namespace bench {

// These functions measure promises that are not about cells of the matrix. Each reports one step to
// `progress`, and adds cells and figures, or why they are left out.

// How long the pair of one caller and one worker takes to be hot again after two threads have
// computed for 100 ms, and the share of slow windows beside a bare pair of processes.
void measure_disturbance(const Options& options, Progress& progress, Results& results);

// The pair with its ends on two processors, with one end free, and with a host at SCHED_FIFO.
void measure_placement(const Options& options, Progress& progress, Results& results);

// How often a quota of processor time stops the pool, beside the pool with spin = 0.
void measure_quotas(const Options& options, Progress& progress, Results& results);

// Quick requests beside slow ones, with a worker idle.
void measure_beside_slow(const Options& options, Progress& progress, Results& results);

// What waiters take from threads of the host that compute.
void measure_own_work(const Options& options, Progress& progress, Results& results);

// The run time from which on two workers answer more than one thread in process.
void measure_break_even(const Options& options, Progress& progress, Results& results);

inline constexpr int kMeasurementSteps = 6;

}  // namespace bench
