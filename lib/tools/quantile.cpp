// SPDX-License-Identifier: Apache-2.0
#include "tools/quantile.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace inferpool::tools {

double quantile(std::vector<double> values, double fraction) {
  if (values.empty()) return 0;
  const auto last = static_cast<double>(values.size() - 1);
  const auto place = static_cast<std::ptrdiff_t>(std::lround(fraction * last));
  std::nth_element(values.begin(), values.begin() + place, values.end());
  return values[static_cast<std::size_t>(place)];
}

}  // namespace inferpool::tools
