// SPDX-License-Identifier: Apache-2.0
// More forms of nodes for RandomGraph: those that move elements or go along an axis.
#include <algorithm>
#include <cstddef>
#include <map>

#include "unit/runtimes/onnx/random_graph.hpp"

namespace inferpool::test {

void RandomGraph::put(TestNode& node, const char* name, const Sizes& list, bool as_operand) {
  if (as_operand) {
    node.inputs.push_back(numbers(list));
  } else {
    node.attributes.push_back({name, list});
  }
}

std::int64_t RandomGraph::axis_of_rank(std::size_t rank) {
  const auto count = static_cast<int>(rank);
  return with_chance(60) ? below(count) : below(count) - count;
}

bool RandomGraph::has_batch(const std::string& value) const {
  return at(value)[0] != large_.at(value).sizes[0];
}

void RandomGraph::draw_layout(TestNode& node) {
  using Draw = void (RandomGraph::*)(TestNode&);
  static const std::map<std::string, Draw> kDraws{
      {"Concat", &RandomGraph::draw_concat},   {"Transpose", &RandomGraph::draw_transpose},
      {"Reshape", &RandomGraph::draw_reshape}, {"Squeeze", &RandomGraph::draw_squeeze},
      {"Gather", &RandomGraph::draw_gather},   {"Slice", &RandomGraph::draw_slice},
      {"Split", &RandomGraph::draw_split},     {"Pad", &RandomGraph::draw_pad}};
  const std::string x = some_value();
  const std::size_t rank = at(x).size();
  require(rank > 0, "a scalar");
  node.inputs = {x};
  const auto draw = kDraws.find(node.op);
  if (draw != kDraws.end()) return (this->*draw->second)(node);
  if (node.op == "Unsqueeze") {
    const bool behind = model_.opset >= 11 && with_chance(30);
    put(node, "axes", {behind ? -1 : below(static_cast<int>(rank) + 1)}, model_.opset >= 13);
  } else if (with_chance(70)) {  // Softmax, LogSoftmax, Flatten
    node.attributes.push_back({"axis", axis_of_rank(rank)});
  }
}

void RandomGraph::draw_concat(TestNode& node) {
  const std::string x = node.inputs[0];
  const Sizes sizes = at(x);
  const std::int64_t along = axis_of_rank(sizes.size());
  node.attributes.push_back({"axis", along});
  for (int count = between(1, 3); count > 0; --count) {
    if (with_chance(30)) {
      Sizes part = sizes;
      part[axis_of(along, sizes.size())] = between(1, 3);
      node.inputs.push_back(constant(random_array(part)));
    } else {
      node.inputs.push_back(with_chance(50) ? x : some_value());
    }
  }
  if (with_chance(5)) node.inputs.resize(1);
}

void RandomGraph::draw_transpose(TestNode& node) {
  Sizes order;
  for (std::size_t i = 0; i < at(node.inputs[0]).size(); ++i) {
    order.push_back(static_cast<std::int64_t>(i));
  }
  std::shuffle(order.begin() + (with_chance(60) ? 1 : 0), order.end(), random_);
  if (with_chance(85)) node.attributes.push_back({"perm", order});
}

void RandomGraph::draw_reshape(TestNode& node) {
  const Sizes sizes = at(node.inputs[0]);
  const bool batched = has_batch(node.inputs[0]);
  const std::int64_t rest = product(sizes) / sizes[0];
  const std::int64_t first = batched ? (with_chance(50) ? -1 : 0) : sizes[0];
  Sizes target{batched ? -1 : sizes[0], rest};
  if (with_chance(20)) target = {0, -1};
  if (with_chance(30) && rest % 2 == 0) target = {first, 2, rest / 2};
  if (with_chance(15)) target = {0, 1, 1, -1};
  if (with_chance(10)) target = {-1};
  put(node, "shape", target, true);
}

void RandomGraph::draw_squeeze(TestNode& node) {
  const Sizes sizes = at(node.inputs[0]);
  const auto rank = static_cast<std::int64_t>(sizes.size());
  Sizes axes;
  for (std::int64_t i = has_batch(node.inputs[0]) ? 1 : 0; i < rank; ++i) {
    if (sizes[static_cast<std::size_t>(i)] == 1) axes.push_back(with_chance(70) ? i : i - rank);
  }
  require(!axes.empty(), "nothing to squeeze");
  put(node, "axes", axes, model_.opset >= 13);
}

void RandomGraph::draw_gather(TestNode& node) {
  const Sizes sizes = at(node.inputs[0]);
  const std::int64_t along = axis_of_rank(sizes.size());
  const std::size_t axis = axis_of(along, sizes.size());
  node.attributes.push_back({"axis", along});
  require(axis > 0 || !has_batch(node.inputs[0]), "of the batch");
  const auto place = [&] { return static_cast<double>(below(static_cast<int>(sizes[axis]))); };
  Array places{kInt64, {}, {place()}};
  if (with_chance(40)) places = {kInt64, {2}, {place(), place()}};
  node.inputs.push_back(constant(places));
}

void RandomGraph::draw_slice(TestNode& node) {
  const Sizes sizes = at(node.inputs[0]);
  const auto rank = static_cast<int>(sizes.size());
  const std::int64_t along =
      has_batch(node.inputs[0]) && rank > 1 ? between(1, rank - 1) : below(rank);
  const auto size = static_cast<int>(sizes[static_cast<std::size_t>(along)]);
  const int begin = below(size);
  const int end = with_chance(30) ? 9999 : between(begin + 1, size);
  const bool operands = model_.opset >= 10;
  put(node, "starts", {begin > 0 && with_chance(20) ? begin - size : begin}, operands);
  put(node, "ends", {end}, operands);
  put(node, "axes", {with_chance(30) ? along - rank : along}, operands);
  if (operands && with_chance(20)) node.inputs.push_back(numbers({2}));
}

void RandomGraph::draw_split(TestNode& node) {
  const Sizes sizes = at(node.inputs[0]);
  const std::int64_t along = axis_of_rank(sizes.size());
  const std::size_t place = axis_of(along, sizes.size());
  require(sizes[place] > 1 && (place > 0 || !has_batch(node.inputs[0])), "nothing to split");
  if (place > 0 || with_chance(50)) node.attributes.push_back({"axis", along});
  node.outputs = {new_name("v"), new_name("v")};
  if (sizes[place] % 2 == 0 && with_chance(50)) return;
  const std::int64_t first = between(1, static_cast<int>(sizes[place]) - 1);
  put(node, "split", {first, sizes[place] - first}, model_.opset >= 13);
}

void RandomGraph::draw_pad(TestNode& node) {
  const std::size_t rank = at(node.inputs[0]).size();
  Sizes pads(2 * rank, 0);
  for (std::size_t i = rank > 2 ? 2 : 1; i < rank; ++i) {
    pads[i] = below(3);
    pads[i + rank] = below(3);
  }
  put(node, "pads", pads, model_.opset >= 11);
  if (with_chance(40)) node.attributes.push_back({"mode", std::string("constant")});
  if (!with_chance(30)) return;
  if (model_.opset >= 11) {
    node.inputs.push_back(constant({kFloat, {}, {0.5}}));
  } else {
    node.attributes.push_back({"value", 0.5F});
  }
}

}  // namespace inferpool::test
