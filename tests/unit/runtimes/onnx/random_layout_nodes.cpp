// SPDX-License-Identifier: Apache-2.0
// More forms of nodes for RandomGraph: those that move elements or go along an axis.
#include <algorithm>
#include <cstddef>

#include "unit/runtimes/onnx/random_graph.hpp"

namespace inferpool::test {

void RandomGraph::draw_layout(TestNode& node) {
  const std::string x = some_value();
  const Sizes sizes = at(x);
  const int rank = static_cast<int>(sizes.size());
  require(rank > 0, "a scalar");
  const bool batched = sizes[0] != large_.at(x).sizes[0];
  const auto axis = [&] {
    return std::int64_t{with_chance(60) ? below(rank) : below(rank) - rank};
  };
  const bool operands = model_.opset >= 13;
  node.inputs = {x};
  // A list that is an attribute up to some opset, an operand from there on.
  const auto put = [&](const char* name, const Sizes& list, bool as_operand) {
    if (as_operand) {
      node.inputs.push_back(numbers(list));
    } else {
      node.attributes.push_back({name, list});
    }
  };
  if (node.op == "Softmax" || node.op == "LogSoftmax") {
    if (with_chance(80)) node.attributes.push_back({"axis", axis()});
  } else if (node.op == "Flatten") {
    if (with_chance(60)) node.attributes.push_back({"axis", axis()});
  } else if (node.op == "Concat") {
    const std::int64_t along = axis();
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
  } else if (node.op == "Transpose") {
    Sizes order;
    for (int i = 0; i < rank; ++i) order.push_back(i);
    std::shuffle(order.begin() + (with_chance(60) ? 1 : 0), order.end(), random_);
    if (with_chance(85)) node.attributes.push_back({"perm", order});
  } else if (node.op == "Reshape") {
    const std::int64_t rest = product(sizes) / sizes[0];
    Sizes target{batched ? -1 : sizes[0], rest};
    if (with_chance(20)) target = {0, -1};
    if (with_chance(30) && rest % 2 == 0)
      target = {batched ? (with_chance(50) ? -1 : 0) : sizes[0], 2, rest / 2};
    if (with_chance(15)) target = {0, 1, 1, -1};
    if (with_chance(10)) target = {-1};
    put("shape", target, true);
  } else if (node.op == "Squeeze") {
    Sizes axes;
    for (int i = batched ? 1 : 0; i < rank; ++i) {
      if (sizes[static_cast<std::size_t>(i)] == 1) axes.push_back(with_chance(70) ? i : i - rank);
    }
    require(!axes.empty(), "nothing to squeeze");
    put("axes", axes, operands);
  } else if (node.op == "Unsqueeze") {
    put("axes", {model_.opset >= 11 && with_chance(30) ? -1 : between(0, rank)}, operands);
  } else if (node.op == "Gather") {
    const std::int64_t along = axis();
    node.attributes.push_back({"axis", along});
    const auto size = static_cast<int>(sizes[axis_of(along, sizes.size())]);
    require(axis_of(along, sizes.size()) > 0 || !batched, "of the batch");
    Array places{kInt64, {}, {static_cast<double>(below(size))}};
    if (with_chance(40))
      places = {kInt64, {2}, {static_cast<double>(below(size)), static_cast<double>(below(size))}};
    node.inputs.push_back(constant(places));
  } else if (node.op == "Slice") {
    const auto along =
        static_cast<std::int64_t>(batched ? between(rank > 1 ? 1 : 0, rank - 1) : below(rank));
    const auto size = static_cast<int>(sizes[static_cast<std::size_t>(along)]);
    const int begin = below(size);
    const int end = with_chance(30) ? 9999 : between(begin + 1, size);
    const bool behind = with_chance(30);
    put("starts", {begin > 0 && with_chance(20) ? begin - size : begin}, model_.opset >= 10);
    put("ends", {end}, model_.opset >= 10);
    put("axes", {behind ? along - rank : along}, model_.opset >= 10);
    if (model_.opset >= 10 && with_chance(20)) node.inputs.push_back(numbers({2}));
  } else if (node.op == "Split") {
    const std::int64_t along = axis();
    const std::size_t place = axis_of(along, sizes.size());
    require(sizes[place] > 1 && (place > 0 || !batched), "nothing to split");
    if (place > 0 || with_chance(50)) node.attributes.push_back({"axis", along});
    require(place == axis_of(node.number("axis", 0), sizes.size()), "the batch");
    node.outputs = {new_name("v"), new_name("v")};
    if (sizes[place] % 2 != 0 || with_chance(50)) {
      const std::int64_t first = between(1, static_cast<int>(sizes[place]) - 1);
      put("split", {first, sizes[place] - first}, operands);
    }
  } else {  // Pad
    Sizes pads(static_cast<std::size_t>(2 * rank), 0);
    for (int i = rank > 2 ? 2 : 1; i < rank; ++i) {
      pads[static_cast<std::size_t>(i)] = below(3);
      pads[static_cast<std::size_t>(i + rank)] = below(3);
    }
    put("pads", pads, model_.opset >= 11);
    if (with_chance(40)) node.attributes.push_back({"mode", std::string("constant")});
    if (!with_chance(30)) return;
    if (model_.opset >= 11) {
      node.inputs.push_back(constant({kFloat, {}, {0.5}}));
    } else {
      node.attributes.push_back({"value", 0.5F});
    }
  }
}

}  // namespace inferpool::test
