// SPDX-License-Identifier: Apache-2.0
#include "measure/samples.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

namespace bench {

void Samples::add(const Samples& other) {
  values_.insert(values_.end(), other.values_.begin(), other.values_.end());
  sorted_ = false;
}

void Samples::make_room(std::size_t count) {
  const std::size_t used = values_.size();
  if (values_.capacity() - used >= count) return;
  values_.resize(std::max(used + count, 2 * used));  // writes to all pages
  values_.resize(used);
}

double Samples::quantile(double q) const {
  if (values_.empty()) return 0;
  if (!sorted_) std::sort(values_.begin(), values_.end());
  sorted_ = true;
  const auto count = static_cast<double>(values_.size());
  const double rank = std::clamp(std::ceil(q * count), 1.0, count);
  return values_[static_cast<std::size_t>(rank) - 1];
}

double Samples::mean() const {
  if (values_.empty()) return 0;
  return std::accumulate(values_.begin(), values_.end(), 0.0) / static_cast<double>(values_.size());
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  if (values.size() % 2 == 1) return values[middle];
  return (values[middle - 1] + values[middle]) / 2;
}

std::vector<double> ratios(const std::vector<double>& above, const std::vector<double>& below) {
  if (above.size() != below.size())
    throw std::invalid_argument("bench::ratios: the two have not as many runs");
  std::vector<double> result;
  for (std::size_t run = 0; run < above.size(); ++run) result.push_back(above[run] / below[run]);
  return result;
}

}  // namespace bench
