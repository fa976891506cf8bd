// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include <inferpool/model.hpp>

namespace inferpool::test {

// The text, last byte first.
struct Reverser {
  explicit Reverser(const Settings& /*settings*/) {}
  std::string predict(const std::string& text) { return {text.rbegin(), text.rend()}; }
};

struct Sum {
  std::int64_t total = 0;
  std::uint32_t count = 0;
};

// For each number the sum of those up to it.
struct RunningSums {
  explicit RunningSums(const Settings& /*settings*/) {}
  std::vector<Sum> predict(const std::vector<std::int32_t>& numbers) {
    std::vector<Sum> sums;
    Sum sum;
    for (const std::int32_t number : numbers) {
      sum.total += number;
      ++sum.count;
      sums.push_back(sum);
    }
    return sums;
  }
};

}  // namespace inferpool::test
