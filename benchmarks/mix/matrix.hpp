// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "measure/options.hpp"
#include "measure/progress.hpp"
#include "measure/results.hpp"
#include "mix/measured_mix.hpp"

namespace bench {

// Callers x workers x run times x think times. Some cells only, unless `full`.
[[nodiscard]] std::vector<Mix> matrix_of(bool full);

// Measures the matrix and adds a table for each run and think time.
[[nodiscard]] std::vector<MeasuredMix> measure_matrix(const Options& options, Progress& progress,
                                                      Results& results);

}  // namespace bench
