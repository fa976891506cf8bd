// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "measure/options.hpp"
#include "measure/progress.hpp"
#include "measure/results.hpp"

namespace bench {

// Memory of an idle worker beyond that of a bare process.
void measure_worker_memory(const Options& options, Progress& progress, Results& results);

// Processor time of a pool that nobody asks anything.
void measure_idle_time(const Options& options, Progress& progress, Results& results);

// What it takes to compile the public header, beside the standard headers that it includes.
void measure_compile_time(const Options& options, Progress& progress, Results& results);

}  // namespace bench
