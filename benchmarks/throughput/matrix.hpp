// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "measure/options.hpp"
#include "measure/progress.hpp"
#include "measure/results.hpp"

namespace bench {

// Requests per second by callers, workers, concurrency and run time of the model, synchronous and
// asynchronous: adds one table for each run time and manner. --full measures every cell.
void measure_matrix(const Options& options, Progress& progress, Results& results);

// Measurements that it announces to `progress`.
inline constexpr int kMatrixSteps = 7;

}  // namespace bench
