// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "measure/results.hpp"
#include "mix/measured_mix.hpp"

namespace bench {

// Adds a cell of the matrix to the tables of its model: rate, p99 and processor time of each
// contender, and (unless the loop is open) the rate beside the yield floor.
void add_cells(const MeasuredMix& measured, Results& results);

}  // namespace bench
