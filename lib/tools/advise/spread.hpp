// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

#include "tools/advise/figures.hpp"

namespace inferpool::tools {

using TimePoint = std::chrono::steady_clock::time_point;

[[nodiscard]] Spread spread_of(const std::vector<double>& values);

// Calls per second, from the times at which calls ended. The times are cut into at most 10 parts of
// equally many calls. That number is a multiple of `at_once`, because calls that run side by side
// may end together. Few calls make one part. Requires at least two times; 0 if all are equal.
[[nodiscard]] Spread rate_of(std::vector<TimePoint> ends, std::size_t at_once);

}  // namespace inferpool::tools
