// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/opencv_node.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "catch.hpp"
#include "unit/runtimes/onnx/node_case.hpp"

namespace inferpool::test {
namespace {

using runtimes::opencv_node;
using runtimes::Sizes;
using runtimes::WrittenNode;
using Numbers = std::map<std::string, std::int64_t>;
using Lists = std::map<std::string, Sizes>;
using Places = std::vector<std::size_t>;
using Floats = std::vector<float>;

TEST_CASE("windows are written with each list, and pads as numbers whatever auto_pad is") {
  NodeCase node("Conv");
  node.computed({1, 2, 8}).constant({3, 2, 4}, Floats(24)).with_text("auto_pad", "SAME_LOWER");
  const WrittenNode conv = opencv_node(node.facts(), {1, 3, 8}, false);
  CHECK(conv.lists ==
        Lists{{"dilations", {1}}, {"kernel_shape", {4}}, {"pads", {2, 1}}, {"strides", {1}}});
  CHECK(conv.numbers == Numbers{{"group", 1}});
  CHECK(conv.constants.at(1).sizes == Sizes{3, 2, 4});
}

TEST_CASE("a Gemm has its factors in its constants, the second matrix transposed and a full bias") {
  NodeCase node("Gemm");
  node.computed({5, 2}).constant({2, 3}, {1, 2, 3, 4, 5, 6}).constant({}, {10});
  node.with_real("alpha", 2).with_real("beta", 0.5F);
  const WrittenNode gemm = opencv_node(node.facts(), {5, 3}, true);
  CHECK(gemm.numbers == Numbers{{"transB", 1}});
  CHECK(gemm.reals.empty());
  CHECK(gemm.constants.at(1).sizes == Sizes{3, 2});
  CHECK(gemm.constants.at(1).floats == Floats{2, 8, 4, 10, 6, 12});
  CHECK(gemm.constants.at(2).sizes == Sizes{3});
  CHECK(gemm.constants.at(2).floats == Floats{5, 5, 5});
}

TEST_CASE("a node that only changes the shape becomes a Reshape, or nothing if the shape stays") {
  NodeCase node("Flatten");
  node.computed({2, 3, 4});
  const WrittenNode any = opencv_node(node.facts(), {2, 12}, true);
  CHECK(any.op == "Reshape");
  CHECK(any.operands == Places{0, 1});
  CHECK(any.constants.at(1).whole == Sizes{-1, 12});
  CHECK(opencv_node(node.facts(), {2, 12}, false).constants.at(1).whole == Sizes{2, 12});
  NodeCase same("Reshape");
  const WrittenNode kept = opencv_node(same.computed({2, 3}).whole({0, -1}).facts(), {2, 3}, true);
  CHECK(kept.op == "Identity");
  CHECK(kept.operands == Places{0});
  CHECK(kept.constants.empty());
}

TEST_CASE("limits, lists and axes that are operands become attributes") {
  NodeCase clip("Clip");
  const WrittenNode limits =
      opencv_node(clip.computed({2, 3}).left_out().constant({}, {6}).facts(), {2, 3}, true);
  CHECK(limits.reals == std::map<std::string, float>{{"max", 6}});
  CHECK(limits.operands == Places{0});
  NodeCase sum("ReduceSum");
  const WrittenNode axes =
      opencv_node(sum.computed({2, 3, 4}).whole({-1}).facts(), {2, 3, 1}, false);
  CHECK(axes.lists == Lists{{"axes", {2}}});
  CHECK(axes.numbers == Numbers{{"keepdims", 1}});
  NodeCase slice("Slice");
  slice.computed({8, 9}).whole({-3}).whole({1 << 30}).whole({-1});
  CHECK(opencv_node(slice.facts(), {8, 3}, false).lists ==
        Lists{{"axes", {1}}, {"ends", {9}}, {"starts", {6}}});
  NodeCase softmax("Softmax", 11);
  CHECK(opencv_node(softmax.computed({2, 3}).facts(), {2, 3}, true).numbers ==
        Numbers{{"axis", 1}});
  NodeCase order("Transpose");
  CHECK(opencv_node(order.computed({2, 3, 4}).facts(), {4, 3, 2}, false).lists ==
        Lists{{"perm", {2, 1, 0}}});
}

TEST_CASE("a constant beside a computed value has one size for each channel, or one in all") {
  NodeCase channels("Mul");
  const WrittenNode wide =
      opencv_node(channels.computed({2, 3, 4, 5}).constant({1, 3, 1, 1}, {1, 2, 3}).facts(),
                  {2, 3, 4, 5}, true);
  CHECK(wide.constants.at(1).sizes == Sizes{3, 1, 1});
  NodeCase one("Mul");
  const WrittenNode single =
      opencv_node(one.computed({2, 3, 4}).constant({1, 1, 1}, {7}).facts(), {2, 3, 4}, true);
  CHECK(single.constants.at(1).sizes == Sizes{1});
}

}  // namespace
}  // namespace inferpool::test
