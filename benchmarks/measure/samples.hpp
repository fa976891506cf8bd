// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

namespace bench {

// Measured values of one kind, in one unit. Not thread-safe.
class Samples {
 public:
  void add(double value) {
    values_.push_back(value);
    sorted_ = false;
  }
  void add(const Samples& other);
  // Afterwards `count` values can be added without a page fault or another system call, so that
  // adding them does not disturb the measurement.
  void make_room(std::size_t count);

  [[nodiscard]] std::size_t size() const noexcept { return values_.size(); }
  // In unspecified order.
  [[nodiscard]] const std::vector<double>& values() const noexcept { return values_; }

  // The smallest value that is not below a share `q` (0..1) of all values; 0 without values.
  [[nodiscard]] double quantile(double q) const;
  // 0 without values.
  [[nodiscard]] double mean() const;

 private:
  mutable std::vector<double> values_;
  mutable bool sorted_ = true;
};

// The middle value, or the mean of the two in the middle; 0 without values.
[[nodiscard]] double median(std::vector<double> values);

// above[i] / below[i]: the ratio of each run. Requires as many values in both.
[[nodiscard]] std::vector<double> ratios(const std::vector<double>& above,
                                         const std::vector<double>& below);

}  // namespace bench
