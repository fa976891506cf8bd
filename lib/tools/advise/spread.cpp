// SPDX-License-Identifier: Apache-2.0
#include "tools/advise/spread.hpp"

#include <algorithm>

#include "tools/quantile.hpp"

namespace inferpool::tools {
namespace {

constexpr std::size_t kParts = 10;
constexpr std::size_t kLeastRounds = 4;  // rounds of at_once calls in a part

double rate_between(const TimePoint& begin, const TimePoint& end, std::size_t calls) {
  const double seconds = std::chrono::duration<double>(end - begin).count();
  return seconds > 0 ? static_cast<double>(calls) / seconds : 0;
}

}  // namespace

Spread spread_of(const std::vector<double>& values) {
  return {quantile(values, 0.25), quantile(values, 0.5), quantile(values, 0.75)};
}

Spread rate_of(std::vector<TimePoint> ends, std::size_t at_once) {
  std::sort(ends.begin(), ends.end());
  const std::size_t calls = ends.size() - 1;  // time counts from the first end
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
