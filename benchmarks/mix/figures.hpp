// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "measure/results.hpp"
#include "mix/measured_mix.hpp"

namespace bench {

// Adds the promises about the matrix. Each is the result of its worst cell, which the note names.
void add_figures(const std::vector<MeasuredMix>& cells, Results& results);

}  // namespace bench
