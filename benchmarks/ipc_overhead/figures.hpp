// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ipc_overhead/subjects.hpp"
#include "measure/options.hpp"
#include "measure/progress.hpp"
#include "measure/results.hpp"

namespace bench {

// Each function measures one group of contenders, interleaved, and adds its cells and figures.

// 1 float and 4 MiB loaned, hot, beside the cache line and each other.
void measure_hot(Subjects& subjects, const Options& options, Progress& progress, Results& results);
// Payloads of all sizes, hot, beside copies that cross between the cores.
void measure_crossing(Subjects& subjects, const Options& options, Progress& progress,
                      Results& results);
// `spin = 0` beside the parked futex.
void measure_cold(Subjects& subjects, const Options& options, Progress& progress, Results& results);
// 1 float, hot, beside the peers.
void measure_peers(Subjects& subjects, const Options& options, Progress& progress,
                   Results& results);
// The tables of round trips by payload.
void measure_payloads(Subjects& subjects, const Options& options, Progress& progress,
                      Results& results);

}  // namespace bench
