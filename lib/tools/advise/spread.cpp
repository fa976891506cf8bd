// SPDX-License-Identifier: Apache-2.0
#include "tools/advise/spread.hpp"

#include <algorithm>
#include <cmath>

namespace inferpool::tools {
namespace {

constexpr std::size_t kParts = 10;
constexpr std::size_t kLeastRounds = 4;  // of at_once calls in a part

double rate_between(const TimePoint& begin, const TimePoint& end, std::size_t calls) {
  const double seconds = std::chrono::duration<double>(end - begin).count();
  return seconds > 0 ? static_cast<double>(calls) / seconds : 0;
}

}  // namespace

double quantile(std::vector<double> values, double fraction) {
  if (values.empty()) return 0;
  const auto last = static_cast<double>(values.size() - 1);
  const auto place = static_cast<std::ptrdiff_t>(std::lround(fraction * last));
  std::nth_element(values.begin(), values.begin() + place, values.end());
  return values[static_cast<std::size_t>(place)];
}

Spread spread_of(const std::vector<double>& values) {
  return {quantile(values, 0.25), quantile(values, 0.5), quantile(values, 0.75)};
}

Spread rate_of(std::vector<TimePoint> ends, std::size_t at_once) {
  std::sort(ends.begin(), ends.end());
  const std::size_t calls = ends.size() - 1;  // after the first end, from which time counts
  const std::size_t rounds = calls / at_once;
  const std::size_t parts = std::clamp<std::size_t>(rounds / kLeastRounds, 1, kParts);
  const std::size_t size = rounds == 0 ? calls : rounds / parts * at_once;
  std::vector<double> rates;
  for (std::size_t part = 0; part < parts; ++part) {
    rates.push_back(rate_between(ends[part * size], ends[(part + 1) * size], size));
  }
  return spread_of(rates);
}

}  // namespace inferpool::tools
