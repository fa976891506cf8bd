// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "measure/progress.hpp"
#include "measure/results.hpp"

namespace bench {

// How long the pair of one caller and one worker takes to be hot again after two threads have
// computed for 100 ms, and the share of slow windows beside a bare pair of processes.
void measure_disturbance(int runs, Progress& progress, Results& results);

// The pair with its ends on the same processor, on two, and with one end free.
void measure_placement(int runs, Progress& progress, Results& results);

}  // namespace bench
