// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/node_facts.hpp"

#include "catch.hpp"
#include "unit/runtimes/onnx/node_case.hpp"

namespace inferpool::test {
namespace {

using runtimes::NodeFacts;
using runtimes::Sizes;
using runtimes::UnfitShapes;

TEST_CASE("an axis counts from either end, and its default is the operator's in that opset") {
  NodeCase last("Concat");
  CHECK(last.computed({2, 3, 4}).with("axis", -1).facts().axis() == 2);
  NodeCase old("Softmax", 11);
  CHECK(old.computed({2, 3, 4}).facts().axis() == 1);
  NodeCase later("Softmax", 13);
  CHECK(later.computed({2, 3, 4}).facts().axis() == 2);
  NodeCase flatten("Flatten");
  CHECK(flatten.computed({2, 3}).with("axis", 2).facts().axis() == 2);
  CHECK_THROWS_AS(NodeFacts::axis_of(3, 3), UnfitShapes);
  CHECK_THROWS_AS(NodeFacts::axis_of(-4, 3), UnfitShapes);
}

TEST_CASE("a list is an operand where there is one, else the attribute, else left out") {
  NodeCase operand("Squeeze");
  CHECK(operand.computed({1, 1, 3}).whole({1}).with("axes", Sizes{0}).facts().list(1, "axes") ==
        Sizes{1});
  NodeCase attribute("Squeeze", 11);
  CHECK(attribute.computed({1, 1, 3}).with("axes", Sizes{0}).facts().list(1, "axes") == Sizes{0});
  NodeCase none("Squeeze");
  CHECK_FALSE(none.computed({1, 3}).facts().list(1, "axes").has_value());
  NodeCase computed("Squeeze");
  CHECK_THROWS_AS(computed.computed({1, 3}).computed({1}, 7).facts().list(1, "axes"), UnfitShapes);
}

TEST_CASE("axes are sorted, none twice, all where none is named") {
  NodeCase named("ReduceSum");
  CHECK(named.computed({2, 3, 4}).whole({-1, 0}).facts().axes(1) == Sizes{0, 2});
  NodeCase all("ReduceSum");
  CHECK(all.computed({2, 3, 4}).facts().axes(1) == Sizes{0, 1, 2});
  NodeCase twice("ReduceSum");
  CHECK_THROWS_WITH(twice.computed({2, 3, 4}).whole({-1, 2}).facts().axes(1),
                    contains("an axis is named twice"));
  NodeCase unsqueeze("Unsqueeze");  // counts the axes of its output
  CHECK(unsqueeze.computed({2}).whole({-1}).facts().axes(1) == Sizes{1});
}

TEST_CASE("SAME pads are divided, the odd one behind or before") {
  const auto pads = [](const char* mode) {
    NodeCase node("Conv");
    node.computed({1, 2, 8}).computed({3, 2, 4}).with_text("auto_pad", mode);
    return node.facts().window().pads;
  };
  CHECK(pads("SAME_UPPER") == Sizes{1, 2});
  CHECK(pads("SAME_LOWER") == Sizes{2, 1});
  CHECK(pads("VALID") == Sizes{0, 0});
}

TEST_CASE("a window that cannot be laid over its operand is refused") {
  const auto window = [](const Sizes& kernel, const Sizes& pads, const Sizes& strides) {
    NodeCase node("MaxPool");
    node.computed({1, 2, 5}).with("kernel_shape", kernel).with("pads", pads);
    return node.with("strides", strides).facts().window();
  };
  CHECK(window({3}, {1, 1}, {2}).output == Sizes{3});
  CHECK_THROWS_WITH(window({9}, {1, 1}, {1}), contains("larger than the image"));
  CHECK_THROWS_WITH(window({2}, {2, 0}, {1}), contains("a pad is as large as the kernel"));
  CHECK_THROWS_AS(window({3}, {1, 1}, {0}), UnfitShapes);
  CHECK_THROWS_AS(window({3, 3}, {1, 1}, {1}), UnfitShapes);
  NodeCase flat("MaxPool");
  CHECK_THROWS_WITH(flat.computed({2, 5}).with("kernel_shape", Sizes{1}).facts().window(),
                    contains("there is no image"));
}

TEST_CASE("a missing operand is reported with the node and its shapes") {
  NodeCase node("Add");
  CHECK_THROWS_WITH(node.computed({2, 3}).left_out().facts().operand(1),
                    contains("the node \"y\" (Add) does not fit its operands of the shapes "
                             "[2, 3], none: its operand 1 is not there"));
}

}  // namespace
}  // namespace inferpool::test
