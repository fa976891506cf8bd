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
  // The next `count` values are added without a page fault or another system call, so that adding
  // them leaves no trace in what is measured next.
  void make_room(std::size_t count);

  [[nodiscard]] std::size_t size() const noexcept { return values_.size(); }
  // In no order that means anything.
  [[nodiscard]] const std::vector<double>& values() const noexcept { return values_; }

  // The smallest value that is not below a share `q` (0..1) of all values; 0 where there is none.
  [[nodiscard]] double quantile(double q) const;
  // 0 where there is none.
  [[nodiscard]] double mean() const;

 private:
  mutable std::vector<double> values_;
  mutable bool sorted_ = true;
};

// The middle one, or the mean of the two in the middle; 0 where there is none.
[[nodiscard]] double median(std::vector<double> values);

// above[i] / below[i]: the ratio of each run. Both have as many values.
[[nodiscard]] std::vector<double> ratios(const std::vector<double>& above,
                                         const std::vector<double>& below);

}  // namespace bench
