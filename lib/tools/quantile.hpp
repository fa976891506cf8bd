// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

namespace inferpool::tools {

// The value that a fraction (0 to 1) of the values does not exceed; 0 if there are no values.
[[nodiscard]] double quantile(std::vector<double> values, double fraction);

}  // namespace inferpool::tools
