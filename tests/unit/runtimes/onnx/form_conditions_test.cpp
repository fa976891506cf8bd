// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/form_conditions.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>

#include "catch.hpp"
#include "runtimes/onnx/trusted_forms.hpp"
#include "unit/runtimes/onnx/node_case.hpp"

namespace inferpool::test {
namespace {

using runtimes::form_condition;
using runtimes::is_per_channel;
using runtimes::Sizes;

bool holds(const char* condition, const NodeCase& node) {
  return form_condition(condition).holds(node.facts());
}

TEST_CASE("the conditions that the table of trusted forms names are there, each with a meaning") {
  std::set<std::string> names;
  for (const auto& form : runtimes::trusted_forms()) {
    std::string words(form.conditions);
    for (std::size_t at = 0; at < words.size();) {
      const std::size_t end = std::min(words.find(' ', at), words.size());
      names.insert(words.substr(at, end - at));
      at = end + 1;
    }
  }
  CHECK(names.size() > 10);
  for (const std::string& name : names) {
    CHECK(form_condition(name).name == name);
    CHECK(!form_condition(name).meaning.empty());
  }
}

TEST_CASE("a constant is per channel if it has one element or one for each of the second axis") {
  CHECK(is_per_channel({}, {2, 3, 4}));
  CHECK(is_per_channel({1, 1}, {2, 3, 4}));
  CHECK(is_per_channel({3, 1}, {2, 3, 4}));
  CHECK(is_per_channel({1, 3, 1}, {2, 3, 4}));
  CHECK(is_per_channel({3}, {2, 3}));
  CHECK_FALSE(is_per_channel({3}, {2, 3, 4}));        // goes along the last axis
  CHECK_FALSE(is_per_channel({3}, {3, 3, 3}));        // of the same size by chance
  CHECK_FALSE(is_per_channel({2, 1, 1}, {2, 3, 4}));  // along the batch
  CHECK_FALSE(is_per_channel({3, 4}, {2, 3, 4}));
  CHECK_FALSE(is_per_channel({1, 1, 3, 1}, {2, 3, 4}));  // the result has another rank
}

TEST_CASE("pads, windows and ceilings are judged as they come out, not as they are written") {
  const auto pool = [](const char* condition, const Sizes& pads, std::int64_t ceiling,
                       std::int64_t size) {
    NodeCase node("MaxPool");
    node.computed({1, 2, size}).with("kernel_shape", Sizes{3}).with("strides", Sizes{2});
    node.with("pads", pads).with("ceil_mode", ceiling);
    return holds(condition, node);
  };
  CHECK(pool("even-pads", {1, 1}, 0, 8));
  CHECK_FALSE(pool("even-pads", {0, 1}, 0, 8));
  CHECK(pool("plain-ceiling", {1, 1}, 1, 8));
  CHECK_FALSE(pool("plain-ceiling", {0, 2}, 1, 8));  // the last window begins in the padding
  CHECK(pool("plain-ceiling", {0, 2}, 0, 8));
  NodeCase same("MaxPool");  // its pads come from the sizes, and are uneven
  same.computed({1, 2, 8}).with("kernel_shape", Sizes{4}).with_text("auto_pad", "SAME_UPPER");
  CHECK_FALSE(holds("even-pads", same));
  NodeCase counted("AveragePool");
  counted.computed({1, 2, 8}).with("kernel_shape", Sizes{3}).with("count_include_pad", 1);
  CHECK(holds("pads-not-counted", counted));
  counted.with("pads", Sizes{1, 1});
  CHECK_FALSE(holds("pads-not-counted", counted));
}

TEST_CASE(
    "Softmax goes along one axis from opset 13 on, before that only if no axis is behind it") {
  for (const std::int64_t opset : {11, 13}) {
    NodeCase inner("Softmax", opset);
    CHECK(holds("one-axis", inner.computed({2, 3, 4}).with("axis", 1)) == (opset == 13));
    NodeCase last("Softmax", opset);
    CHECK(holds("one-axis", last.computed({2, 3, 4}).with("axis", -1)));
    NodeCase ones("Softmax", opset);
    CHECK(holds("one-axis", ones.computed({2, 3, 1, 1}).with("axis", 1)));
  }
}

TEST_CASE("whether a node leaves the first axis as it is depends on its axes") {
  const auto along = [](const char* op, std::int64_t axis) {
    NodeCase node(op);
    return holds("behind-batch", node.computed({2, 1, 4}).whole({axis}).with("axis", axis));
  };
  CHECK(along("Concat", 1));
  CHECK_FALSE(along("Concat", 0));
  CHECK_FALSE(along("Concat", -3));
  CHECK(along("Squeeze", 1));
  CHECK(along("Unsqueeze", -1));
  CHECK_FALSE(along("Unsqueeze", -4));
  NodeCase kept("Transpose");
  CHECK(holds("behind-batch", kept.computed({2, 3, 4}).with("perm", Sizes{0, 2, 1})));
  NodeCase reversed("Transpose");
  CHECK_FALSE(holds("behind-batch", reversed.computed({2, 3, 4})));  // the default reverses them
}

TEST_CASE("a Reshape keeps the batch where its target is the file's own and begins with -1 or 0") {
  const auto reshape = [](const Sizes& target, bool follows_shapes = false) {
    NodeCase node("Reshape");
    return holds("batch-first", node.computed({2, 3, 4}).whole(target, follows_shapes));
  };
  CHECK(reshape({-1, 12}));
  CHECK(reshape({0, 12}));
  CHECK_FALSE(reshape({2, 12}));
  CHECK_FALSE(reshape({-1, 12}, true));
  CHECK_FALSE(reshape({}));
}

TEST_CASE("operands and lists are checked against what a row of the table wants") {
  NodeCase clip("Clip");
  CHECK(holds("one-element", clip.computed({2, 3}).constant({1}, {0})));
  CHECK_FALSE(holds("one-element", clip.constant({2}, {0, 1})));
  NodeCase product("MatMul");
  CHECK_FALSE(holds("matrix", product.computed({2, 3, 4}).constant({2, 4, 1}, {})));
  NodeCase sum("Add");
  CHECK(holds("same-shapes", sum.computed({2, 3}).computed({2, 3})));
  NodeCase broadcasting("Add");
  CHECK_FALSE(holds("same-shapes", broadcasting.computed({2, 3}).computed({1, 3})));
  NodeCase rows("Gemm");
  CHECK_FALSE(holds("bias-of-columns", rows.computed({2, 3}).computed({3, 4}).computed({2, 1})));
  NodeCase columns("Gemm");
  CHECK(holds("bias-of-columns", columns.computed({2, 3}).computed({3, 4}).computed({1, 4})));
  NodeCase steps("Slice");
  steps.computed({8, 8}).whole({0}).whole({8}).whole({1});
  CHECK(holds("steps-of-one", steps));
  CHECK_FALSE(holds("steps-of-one", steps.whole({2})));
  NodeCase all("Squeeze");
  CHECK_FALSE(holds("leaves-an-axis", all.computed({1, 1}).whole({0, 1})));
}

}  // namespace
}  // namespace inferpool::test
