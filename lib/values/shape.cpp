// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <inferpool/error.hpp>
#include <inferpool/shape.hpp>

#include "core/format.hpp"

namespace inferpool {
namespace {

std::string text(std::span<const std::int64_t> dimensions) {
  return core::formatted("[{}]", core::joined(dimensions, ", "));
}

[[noreturn]] void refuse(std::span<const std::int64_t> dimensions) {
  for (const std::int64_t dimension : dimensions) {
    if (dimension < 0) {
      throw Error(ErrorCode::kInvalidArgument,
                  core::formatted("the shape {} has the negative dimension {}", text(dimensions),
                                  dimension));
    }
  }
  throw Error(ErrorCode::kInvalidArgument,
              core::formatted("the shape {} has more than 2^63-1 elements", text(dimensions)));
}

}  // namespace

Shape::Shape(std::span<const std::int64_t> dimensions) {
  if (dimensions.size() > kMaxRank) {
    throw Error(ErrorCode::kInvalidArgument,
                core::formatted("a shape of {} dimensions; at most {} are supported",
                                dimensions.size(), kMaxRank));
  }
  bool negative = false;
  bool too_many = false;
  bool none = false;  // [2^62, 2^62, 0] has no elements, in any order of its dimensions
  for (std::size_t axis = 0; axis < dimensions.size(); ++axis) {
    const std::int64_t dimension = dimensions[axis];
    negative |= dimension < 0;
    none |= dimension == 0;
    too_many |= __builtin_mul_overflow(elements_, dimension, &elements_);
    dimensions_[axis] = dimension;
  }
  if (negative || (too_many && !none)) refuse(dimensions);
  if (none) elements_ = 0;
  rank_ = static_cast<std::uint8_t>(dimensions.size());
}

bool Shape::operator==(const Shape& other) const noexcept {
  return std::ranges::equal(dimensions(), other.dimensions());
}

std::string to_string(const Shape& shape) { return text(shape.dimensions()); }

}  // namespace inferpool
