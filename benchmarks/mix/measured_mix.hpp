// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "mix/mix.hpp"
#include "mix/slice.hpp"

namespace bench {

// What one cell of the matrix gave, for each run: the pool with default settings, the pool that
// never spins nor yields, and the yield floor with the number of servers that was fastest.
struct MeasuredMix {
  Mix mix;
  std::vector<Slice> pool = {};
  std::vector<Slice> sleeping = {};
  std::vector<Slice> floor = {};
};

}  // namespace bench
