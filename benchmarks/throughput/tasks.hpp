// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "measure/options.hpp"
#include "measure/progress.hpp"
#include "measure/results.hpp"

namespace bench {

// Measures the table of the paper that MLServer's page on Parallel Inference cites (Fiber: Zhi et
// al. 2020, arXiv 2003.11164): a fixed amount of work, cut into tasks of 1 ms to 1 s, on 5 workers,
// beside Python's multiprocessing. As in the paper's own program the tasks sleep, so that the
// overhead shows on any number of cores. Also as there, the tasks come in rounds of one per worker
// (a step of reinforcement learning), or all at once (a generation of an evolution). Without --full
// the paper's 1 s of work per worker is cut to 0.2 s, except for the task of 1 s.
void measure_tasks(const Options& options, Progress& progress, Results& results);

// The number of steps that it reports to `progress`.
inline constexpr int kTasksSteps = 4;

}  // namespace bench
