// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include <inferpool/model.hpp>

namespace inferpool::test {

struct Point {
  double x = 0;
  double y = 0;
};

struct Turned {
  Point point;
  std::array<std::uint8_t, 3> tag{};
  std::int64_t turns = 0;
};

// Turns a point by a quarter, and counts.
class Turn {
 public:
  explicit Turn(const Settings& /*settings*/) {}
  Turned predict(const Point& point) { return {{-point.y, point.x}, {1, 2, 3}, ++turns_}; }

 private:
  std::int64_t turns_ = 0;
};

}  // namespace inferpool::test
