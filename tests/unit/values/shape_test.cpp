// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <inferpool/shape.hpp>

#include "catch.hpp"

namespace inferpool {
namespace {

using test::contains;

constexpr std::int64_t kHuge = std::int64_t{1} << 62;

TEST_CASE("a shape without dimensions is a scalar of one element") {
  REQUIRE(Shape().rank() == 0);
  REQUIRE(Shape{}.elements() == 1);
  REQUIRE(to_string(Shape{}) == "[]");
}

TEST_CASE("a shape has its dimensions in order") {
  const Shape shape{2, 3, 4};
  REQUIRE(shape.rank() == 3);
  REQUIRE(shape[0] == 2);
  REQUIRE(shape[2] == 4);
  REQUIRE(shape.elements() == 24);
  REQUIRE(shape.dimensions().size() == 3);
  REQUIRE(to_string(shape) == "[2, 3, 4]");
}

TEST_CASE("a shape of eight dimensions is the largest") {
  const Shape shape{1, 2, 1, 2, 1, 2, 1, 2};
  REQUIRE(shape.rank() == 8);
  REQUIRE(shape.elements() == 16);
}

TEST_CASE("a shape of nine dimensions is refused with the number and the limit") {
  REQUIRE_THROWS_WITH((Shape{1, 1, 1, 1, 1, 1, 1, 1, 1}), contains("invalid_argument: ") &&
                                                              contains("9 dimensions") &&
                                                              contains("at most 8"));
}

TEST_CASE("a negative dimension is refused with the shape and the value") {
  REQUIRE_THROWS_WITH((Shape{2, -1}), contains("[2, -1]") && contains("negative dimension -1"));
  REQUIRE_THROWS_WITH((Shape{0, std::numeric_limits<std::int64_t>::min()}), contains("negative"));
}

TEST_CASE("a shape with a dimension of 0 has no elements, however large the others are") {
  REQUIRE(Shape{0}.elements() == 0);
  REQUIRE(Shape{3, 0, 5}.elements() == 0);
  REQUIRE(Shape{0, kHuge, kHuge}.elements() == 0);
  REQUIRE(Shape{kHuge, kHuge, 0}.elements() == 0);
}

TEST_CASE("a shape of more than 2^63-1 elements is refused") {
  REQUIRE(Shape{std::numeric_limits<std::int64_t>::max()}.elements() ==
          std::numeric_limits<std::int64_t>::max());
  REQUIRE_THROWS_WITH((Shape{kHuge, 2}),
                      contains("[4611686018427387904, 2]") && contains("2^63-1"));
  // The product is 0 in 64 bits, and 2^96 in truth.
  REQUIRE_THROWS_WITH((Shape{std::int64_t{1} << 32, std::int64_t{1} << 32, std::int64_t{1} << 32}),
                      contains("2^63-1"));
}

TEST_CASE("a shape can be made from dimensions that are known at run time only") {
  const std::vector<std::int64_t> dimensions{7, 1};
  const Shape shape{std::span<const std::int64_t>(dimensions)};
  REQUIRE(shape == Shape{7, 1});
  REQUIRE(Shape(std::span<const std::int64_t>()) == Shape());
}

TEST_CASE("shapes are equal if their dimensions are") {
  REQUIRE(Shape{2, 3} == Shape{2, 3});
  REQUIRE_FALSE(Shape{2, 3} == Shape{3, 2});
  REQUIRE_FALSE(Shape{2} == Shape{2, 1});
  REQUIRE_FALSE(Shape{} == Shape{0});
  REQUIRE_FALSE(Shape{} == Shape{1});
}

}  // namespace
}  // namespace inferpool
