// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "measure/options.hpp"
#include "measure/progress.hpp"
#include "measure/results.hpp"

namespace bench {

// Quick requests beside a slow one that sleeps, with a second worker idle.
void measure_one_slow(const Options& options, Progress& progress, Results& results);

// Quick requests to one pool while many callers keep another one busy.
void measure_two_pools(const Options& options, Progress& progress, Results& results);

}  // namespace bench
