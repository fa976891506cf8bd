// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "measure/options.hpp"
#include "measure/progress.hpp"
#include "measure/results.hpp"

namespace bench {

inline constexpr int kWorkers = 4;  // of the measured pools

// The memory of an idle worker, less that of a bare process.
void measure_worker_memory(const Options& options, Progress& progress, Results& results);

// The processor time of a pool without requests.
void measure_idle_time(const Options& options, Progress& progress, Results& results);

// The time to compile the public header, beside the standard headers that it includes.
void measure_compile_time(const Options& options, Progress& progress, Results& results);

}  // namespace bench
