// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <inferpool/error.hpp>
#include <inferpool/shape.hpp>

#include "core/format.hpp"

namespace inferpool {
namespace {

std::string text(std::span<const std::int64_t> dimensions) {
  return formatted("[{}]", joined(dimensions, ", "));
}

std::int64_t count(std::span<const std::int64_t> dimensions) {
  // Before the product: [2^62, 2^62, 0] has no elements, in whichever order its dimensions stand.
  if (std::ranges::find(dimensions, 0) != dimensions.end()) return 0;
  std::int64_t elements = 1;
  for (const std::int64_t dimension : dimensions) {
    if (__builtin_mul_overflow(elements, dimension, &elements)) {
      throw Error(ErrorCode::kInvalidArgument,
                  formatted("the shape {} has more than 2^63-1 elements", text(dimensions)));
    }
  }
  return elements;
}

}  // namespace

Shape::Shape(std::span<const std::int64_t> dimensions) {
  if (dimensions.size() > kMaxRank) {
    throw Error(ErrorCode::kInvalidArgument,
                formatted("a shape of {} dimensions; at most {} are supported", dimensions.size(),
                          kMaxRank));
  }
  for (const std::int64_t dimension : dimensions) {
    if (dimension < 0) {
      throw Error(
          ErrorCode::kInvalidArgument,
          formatted("the shape {} has the negative dimension {}", text(dimensions), dimension));
    }
  }
  elements_ = count(dimensions);
  std::ranges::copy(dimensions, dimensions_.begin());
  rank_ = static_cast<std::uint8_t>(dimensions.size());
}

bool Shape::operator==(const Shape& other) const noexcept {
  return std::ranges::equal(dimensions(), other.dimensions());
}

std::string to_string(const Shape& shape) { return text(shape.dimensions()); }

}  // namespace inferpool
