// SPDX-License-Identifier: Apache-2.0
// folded and reshaped_constant of shape_rules.hpp: what is known before a network runs.
#include "catch.hpp"
#include "runtimes/onnx/shape_rules.hpp"
#include "unit/runtimes/onnx/node_case.hpp"

namespace inferpool::test {
namespace {

using runtimes::folded;
using runtimes::reshaped_constant;
using runtimes::Sizes;

TEST_CASE("a Shape is known, and follows the shapes of inputs unless it is a constant's") {
  NodeCase computed("Shape");
  const auto shape = folded(computed.computed({2, 3, 5}).facts());
  REQUIRE(shape.has_value());
  CHECK(shape->whole == Sizes{2, 3, 5});
  CHECK(shape->sizes == Sizes{3});
  CHECK(shape->follows_shapes);
  NodeCase constant("Shape");
  CHECK_FALSE(folded(constant.constant({2, 1}, {1, 2}).facts())->follows_shapes);
  NodeCase part("Shape");  // of opset 15: from axis 1 on
  CHECK_FALSE(folded(part.computed({2, 3}).with("start", 1).facts()).has_value());
}

TEST_CASE("arithmetic of shapes is folded, and what depends on an input's shape is marked") {
  NodeCase product("Mul");
  const auto value = folded(product.whole({2, 3}, true).whole({4}).facts());
  CHECK(value->whole == Sizes{8, 12});
  CHECK(value->follows_shapes);
  NodeCase quotient("Div");
  CHECK(folded(quotient.whole({7}).whole({2}).facts())->whole == Sizes{3});
  NodeCase zero("Div");
  CHECK_THROWS_AS(folded(zero.whole({7}).whole({0}).facts()), runtimes::UnfitShapes);
  NodeCase large("Mul");
  CHECK_THROWS_AS(folded(large.whole({std::int64_t{1} << 62}).whole({4}).facts()),
                  runtimes::UnfitShapes);
}

TEST_CASE("parts of shapes are gathered, sliced and joined, and one number has no axis") {
  NodeCase gather("Gather");
  const auto one = folded(gather.whole({2, 3, 5}).number(-1).facts());
  CHECK(one->whole == Sizes{5});
  CHECK(one->sizes.empty());
  NodeCase slice("Slice");
  CHECK(folded(slice.whole({2, 3, 5, 7}).whole({-3}).whole({4}).whole({0}).whole({2}).facts())
            ->whole == Sizes{3, 7});
  NodeCase concat("Concat");
  CHECK(folded(concat.whole({2}).whole({-1, 4}).with("axis", 0).facts())->whole == Sizes{2, -1, 4});
  NodeCase unsqueeze("Unsqueeze");
  CHECK(folded(unsqueeze.number(6).whole({0}).facts())->sizes == Sizes{1});
  NodeCase outside("Gather");
  CHECK_THROWS_AS(folded(outside.whole({2, 3}).number(2).facts()), runtimes::UnfitShapes);
}

TEST_CASE("computed values, and casts of whole numbers to other types, are not folded") {
  NodeCase computed("Mul");
  CHECK_FALSE(folded(computed.computed({2}).whole({2}).facts()).has_value());
  NodeCase real("Cast");
  CHECK_FALSE(folded(real.whole({2}).with("to", 1).facts()).has_value());
  NodeCase whole("Cast");
  CHECK(folded(whole.whole({2}).with("to", 7).facts())->whole == Sizes{2});
}

TEST_CASE("a constant keeps its elements through nodes that change its shape") {
  const auto sizes = [](NodeCase& node) {
    const auto value = reshaped_constant(node.facts());
    REQUIRE(value.has_value());
    CHECK(value->constant == node.facts().operand(0).constant);
    return value->sizes;
  };
  NodeCase identity("Identity");
  CHECK(sizes(identity.constant({3}, {1, 2, 3})) == Sizes{3});
  NodeCase unsqueeze("Unsqueeze", 11);
  CHECK(sizes(unsqueeze.constant({3}, {1, 2, 3}).with("axes", Sizes{1, 2})) == Sizes{3, 1, 1});
  NodeCase squeeze("Squeeze");
  CHECK(sizes(squeeze.constant({1, 3}, {1, 2, 3}).whole({0})) == Sizes{3});
  NodeCase reshape("Reshape");
  CHECK(sizes(reshape.constant({6}, {1, 2, 3, 4, 5, 6}).whole({-1, 3})) == Sizes{2, 3});
}

TEST_CASE("a node stays if it moves a constant, or takes a new shape from an input's shape") {
  NodeCase transpose("Transpose");
  CHECK_FALSE(reshaped_constant(transpose.constant({1, 3}, {1, 2, 3}).facts()).has_value());
  NodeCase follows("Reshape");
  CHECK_FALSE(
      reshaped_constant(follows.constant({2}, {1, 2}).whole({1, 2}, true).facts()).has_value());
  NodeCase zeros("Reshape", 14);
  zeros.constant({2}, {1, 2}).whole({0, 1}).with("allowzero", 1);
  CHECK_FALSE(reshaped_constant(zeros.facts()).has_value());
  NodeCase computed("Identity");
  CHECK_FALSE(reshaped_constant(computed.computed({2, 3}).facts()).has_value());
}

}  // namespace
}  // namespace inferpool::test
