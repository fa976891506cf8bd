// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>

namespace inferpool {

// The dimensions of a tensor, outermost first; at most 8, held inline. Without dimensions it is a
// scalar (one element); with a dimension of 0 it has no elements.
class Shape {
 public:
  static constexpr std::size_t kMaxRank = 8;

  Shape() noexcept = default;
  // Throws Error (invalid_argument) for more than 8 dimensions, a negative one, or an element count
  // over 2^63-1.
  Shape(std::initializer_list<std::int64_t> dimensions)
      : Shape(std::span<const std::int64_t>(dimensions.begin(), dimensions.size())) {}
  explicit Shape(std::span<const std::int64_t> dimensions);

  [[nodiscard]] std::size_t rank() const noexcept { return rank_; }
  // Undefined if axis >= rank().
  [[nodiscard]] std::int64_t operator[](std::size_t axis) const noexcept {
    return dimensions_[axis];
  }
  [[nodiscard]] std::span<const std::int64_t> dimensions() const noexcept {
    return {dimensions_.data(), rank_};
  }
  // The product of the dimensions; 1 for a scalar.
  [[nodiscard]] std::int64_t elements() const noexcept { return elements_; }

  bool operator==(const Shape& other) const noexcept;

 private:
  std::array<std::int64_t, kMaxRank> dimensions_{};
  std::int64_t elements_ = 1;
  std::uint8_t rank_ = 0;
};

// "[1, 64]"
[[nodiscard]] std::string to_string(const Shape& shape);

}  // namespace inferpool
