// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/shape_rules.hpp"

#include <string>
#include <vector>

#include "catch.hpp"
#include "unit/runtimes/onnx/node_case.hpp"

namespace inferpool::test {
namespace {

using runtimes::output_sizes;
using runtimes::Sizes;
using runtimes::UnfitShapes;

using Shapes = std::vector<Sizes>;

Shapes sizes(const NodeCase& node) { return output_sizes(node.facts()); }

TEST_CASE("an operator without a rule of its own keeps the shape of its operand") {
  NodeCase node("Relu");
  CHECK(sizes(node.computed({2, 3, 5})) == Shapes{{2, 3, 5}});
}

TEST_CASE("arithmetic broadcasts from the last axis on") {
  NodeCase node("Add");
  CHECK(sizes(node.computed({2, 1, 5}).computed({3, 1})) == Shapes{{2, 3, 5}});
  NodeCase unfit("Mul");
  CHECK_THROWS_WITH(sizes(unfit.computed({2, 3}).computed({2, 4})),
                    contains("of the shapes [2, 3], [2, 4]: the shapes do not broadcast"));
}

TEST_CASE("a convolution has as many channels as filters, and the places of its window") {
  NodeCase node("Conv");
  node.computed({2, 4, 9, 8}).computed({6, 2, 3, 3}).with("group", 2);
  node.with("strides", Sizes{2, 1}).with("pads", Sizes{1, 0, 0, 1}).with("dilations", Sizes{1, 2});
  CHECK(sizes(node) == Shapes{{2, 6, 4, 5}});
  NodeCase unfit("Conv");
  CHECK_THROWS_AS(sizes(unfit.computed({2, 4, 9, 8}).computed({6, 4, 3, 3}).with("group", 2)),
                  UnfitShapes);
}

TEST_CASE("a pool rounds down, up with ceil_mode, and SAME keeps the size by strides") {
  const auto pool = [](std::int64_t ceiling, const char* padding) {
    NodeCase node("MaxPool");
    node.computed({1, 2, 8}).with("kernel_shape", Sizes{3}).with("strides", Sizes{2});
    if (ceiling != 0) node.with("ceil_mode", ceiling);
    if (padding != nullptr) node.with_text("auto_pad", padding);
    return sizes(node)[0];
  };
  CHECK(pool(0, nullptr) == Sizes{1, 2, 3});
  CHECK(pool(1, nullptr) == Sizes{1, 2, 4});
  CHECK(pool(0, "SAME_LOWER") == Sizes{1, 2, 4});
  CHECK(pool(0, "VALID") == Sizes{1, 2, 3});
}

TEST_CASE("products of matrices have the rows of the first and the columns of the second") {
  NodeCase gemm("Gemm");
  CHECK(sizes(gemm.computed({5, 3}).computed({4, 5}).with("transA", 1).with("transB", 1)) ==
        Shapes{{3, 4}});
  NodeCase matmul("MatMul");
  CHECK(sizes(matmul.computed({2, 1, 3, 5}).computed({7, 5, 4})) == Shapes{{2, 7, 3, 4}});
  NodeCase unfit("MatMul");
  CHECK_THROWS_AS(sizes(unfit.computed({3, 5}).computed({4, 5})), UnfitShapes);
}

TEST_CASE("layouts are moved, joined and cut by ONNX's rules") {
  NodeCase concat("Concat");
  CHECK(sizes(concat.computed({2, 3}).computed({2, 4}).with("axis", -1)) == Shapes{{2, 7}});
  NodeCase reshape("Reshape");
  CHECK(sizes(reshape.computed({2, 3, 4}).whole({0, -1, 2})) == Shapes{{2, 6, 2}});
  NodeCase wrong("Reshape");
  CHECK_THROWS_AS(sizes(wrong.computed({2, 3, 4}).whole({5, -1})), UnfitShapes);
  NodeCase flatten("Flatten");
  CHECK(sizes(flatten.computed({2, 3, 4}).with("axis", 2)) == Shapes{{6, 4}});
  NodeCase squeeze("Squeeze");
  CHECK(sizes(squeeze.computed({1, 3, 1}).whole({-1})) == Shapes{{1, 3}});
  NodeCase unsqueeze("Unsqueeze");
  CHECK(sizes(unsqueeze.computed({2, 3}).whole({0, -1})) == Shapes{{1, 2, 3, 1}});
  NodeCase transpose("Transpose");
  CHECK(sizes(transpose.computed({2, 3, 4}).with("perm", Sizes{1, 2, 0})) == Shapes{{3, 4, 2}});
  NodeCase pad("Pad");
  CHECK(sizes(pad.computed({2, 3}).whole({0, 1, 2, 3})) == Shapes{{4, 7}});
  NodeCase slice("Slice");
  CHECK(sizes(slice.computed({8, 9}).whole({-3, 1}).whole({1 << 30, 8}).left_out().whole({1, 3})) ==
        Shapes{{3, 3}});
  NodeCase split("Split");
  CHECK(sizes(split.computed({2, 7}).whole({3, 4}).with("axis", 1).with_outputs({"a", "b"})) ==
        Shapes{{2, 3}, {2, 4}});
}

TEST_CASE("a reduction keeps its axes as 1, or drops them") {
  NodeCase kept("ReduceSum");
  CHECK(sizes(kept.computed({2, 3, 4}).whole({1})) == Shapes{{2, 1, 4}});
  NodeCase dropped("ReduceMax");
  dropped.computed({2, 3, 4}).with("axes", Sizes{-1, 0}).with("keepdims", 0);
  CHECK(sizes(dropped) == Shapes{{3}});
  NodeCase place("ArgMax");
  CHECK(sizes(place.computed({2, 3}).with("axis", 1).with("keepdims", 0)) == Shapes{{2}});
}

TEST_CASE("a shape of more elements than OpenCV counts is refused where it comes up") {
  NodeCase node("Add");
  CHECK_THROWS_AS(sizes(node.computed({1, 1 << 20}).computed({1 << 20, 1})),
                  runtimes::NetworkError);
}

}  // namespace
}  // namespace inferpool::test
