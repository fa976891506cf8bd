// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "measure/options.hpp"
#include "measure/progress.hpp"
#include "mix/measured_mix.hpp"

namespace bench {

// Callers x workers x run times x think times in closed loops, calls in flight, and open loops;
// then some of it on one processor. Some cells only, unless --full.
[[nodiscard]] std::vector<MeasuredMix> measure_matrix(const Options& options, Progress& progress);

// The number of steps that it reports to `progress`.
[[nodiscard]] int matrix_steps(const Options& options);

}  // namespace bench
