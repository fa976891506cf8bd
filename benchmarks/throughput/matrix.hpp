// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "measure/options.hpp"
#include "measure/progress.hpp"
#include "measure/results.hpp"

namespace bench {

// Measures requests per second by callers, workers, concurrency and the model's run time,
// synchronous and asynchronous. Adds one table for each run time and manner. --full measures every
// cell.
void measure_matrix(const Options& options, Progress& progress, Results& results);

// The number of steps that it reports to `progress`.
inline constexpr int kMatrixSteps = 7;

}  // namespace bench
