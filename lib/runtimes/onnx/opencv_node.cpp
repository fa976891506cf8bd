// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/opencv_node.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

namespace inferpool::runtimes {
namespace {

using Write = void (*)(const NodeFacts&, const Sizes& output, WrittenNode&);

WrittenConstant as_it_is(const PlannedValue& value) {
  return {value.sizes, value.constant->floats(), {}};
}

void write_window(const NodeFacts& facts, const Sizes&, WrittenNode& node) {
  Window window = facts.window();
  node.lists["kernel_shape"] = std::move(window.kernel);
  node.lists["strides"] = std::move(window.strides);
  node.lists["pads"] = std::move(window.pads);
  if (node.op == "Conv") {
    node.lists["dilations"] = std::move(window.dilations);
    node.numbers["group"] = facts.node.number("group", 1);
  } else {
    node.numbers["ceil_mode"] = facts.node.number("ceil_mode", 0);
  }
}

float real_of(const NodeFacts& facts, std::string_view name, float otherwise) {
  const NodeAttribute* found = facts.node.find(name);
  return found == nullptr ? otherwise : found->real.value_or(otherwise);
}

// alpha * A * B + beta * C = A * (alpha * B)' + (beta * C)
void write_gemm(const NodeFacts& facts, const Sizes& output, WrittenNode& node) {
  const float alpha = real_of(facts, "alpha", 1);
  const float beta = real_of(facts, "beta", 1);
  node.reals.clear();
  node.numbers = {{"transB", 1}};
  WrittenConstant b = as_it_is(facts.operand(1));
  if (facts.node.number("transB", 0) == 0) {
    const auto rows = static_cast<std::size_t>(b.sizes[0]);
    const auto columns = static_cast<std::size_t>(b.sizes[1]);
    std::vector<float> turned(b.floats.size());
    for (std::size_t i = 0; i < turned.size(); ++i) {
      turned[i % columns * rows + i / columns] = b.floats[i];
    }
    b.floats = std::move(turned);
    std::swap(b.sizes[0], b.sizes[1]);
  }
  for (float& value : b.floats) value *= alpha;
  node.constants[1] = std::move(b);
  if (!facts.has(2)) return;
  WrittenConstant c = as_it_is(facts.operand(2));
  for (float& value : c.floats) value *= beta;
  if (c.floats.size() == 1) c.floats.assign(static_cast<std::size_t>(output[1]), c.floats[0]);
  c.sizes = {output[1]};
  node.constants[2] = std::move(c);
}

void write_clip(const NodeFacts& facts, const Sizes&, WrittenNode& node) {
  constexpr std::array kNames{"", "min", "max"};
  for (std::size_t position = 1; position < 3; ++position) {
    if (facts.has(position))
      node.reals[kNames[position]] = facts.operand(position).constant->floats().at(0);
  }
  node.operands = {0};
}

void write_axis(const NodeFacts& facts, const Sizes&, WrittenNode& node) {
  node.numbers["axis"] = static_cast<std::int64_t>(facts.axis());
}

void write_identity(const NodeFacts&, const Sizes&, WrittenNode& node) {
  node = {.op = "Identity", .operands = {0}};
}

// OpenCV does not follow the batch of a Reshape that changes nothing.
void write_shape(const NodeFacts& facts, const Sizes& output, WrittenNode& node) {
  if (facts.sizes(0) == output) return write_identity(facts, output, node);
  node = {.op = "Reshape", .operands = {0, 1}};
  node.constants[1] = {{static_cast<std::int64_t>(output.size())}, {}, output};
}

void write_transpose(const NodeFacts& facts, const Sizes&, WrittenNode& node) {
  Sizes& order = node.lists["perm"];
  order = facts.node.numbers("perm");
  for (std::size_t i = facts.rank(); order.size() < facts.rank();) {
    order.push_back(static_cast<std::int64_t>(--i));
  }
}

void write_reduction(const NodeFacts& facts, const Sizes&, WrittenNode& node) {
  node.lists["axes"] = facts.axes(1);
  node.numbers = {{"keepdims", facts.node.number("keepdims", 1)}};
  node.operands = {0};
}

void write_pad(const NodeFacts& facts, const Sizes&, WrittenNode& node) {
  node.lists["pads"] = *facts.list(1, "pads");
  node.reals["value"] =
      facts.has(2) ? facts.operand(2).constant->floats().at(0) : real_of(facts, "value", 0);
  node.operands = {0};
}

void write_slice(const NodeFacts& facts, const Sizes&, WrittenNode& node) {
  Sizes starts = *facts.list(1, "starts");
  Sizes ends = *facts.list(2, "ends");
  Sizes axes = facts.list(3, "axes").value_or(Sizes());
  for (std::size_t i = 0; axes.size() < starts.size(); ++i)
    axes.push_back(static_cast<std::int64_t>(i));
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const std::size_t axis = NodeFacts::axis_of(axes[i], facts.rank());
    const std::int64_t size = facts.sizes(0)[axis];
    const auto inside = [&](std::int64_t at) {
      return at < -size ? 0 : std::clamp<std::int64_t>(at < 0 ? at + size : at, 0, size);
    };
    starts[i] = inside(starts[i]);
    ends[i] = inside(ends[i]);
    axes[i] = static_cast<std::int64_t>(axis);
  }
  node.lists = {{"axes", axes}, {"ends", ends}, {"starts", starts}};
  node.operands = {0};
}

void write_split(const NodeFacts& facts, const Sizes&, WrittenNode& node) {
  const auto axis = facts.axis();
  const auto count = facts.node.outputs.size();
  const std::int64_t even = facts.sizes(0)[axis] / static_cast<std::int64_t>(count);
  node.lists["split"] = facts.list(1, "split").value_or(Sizes(count, even));
  node.numbers = {{"axis", static_cast<std::int64_t>(axis)}};
  node.operands = {0};
}

// A constant with one element, or one per channel, beside a computed value.
void write_pair(const NodeFacts&, const Sizes& output, WrittenNode& node) {
  for (auto& [position, constant] : node.constants) {
    constant.sizes = {static_cast<std::int64_t>(constant.floats.size())};
    if (constant.floats.size() > 1) constant.sizes.resize(output.size() - 1, 1);
  }
}

constexpr auto kWrites = std::to_array<std::pair<std::string_view, Write>>({
    {"Conv", write_window},
    {"MaxPool", write_window},
    {"AveragePool", write_window},
    {"Gemm", write_gemm},
    {"Clip", write_clip},
    {"Softmax", write_axis},
    {"Concat", write_axis},
    {"ArgMax", write_axis},
    {"ArgMin", write_axis},
    {"Reshape", write_shape},
    {"Flatten", write_shape},
    {"Squeeze", write_shape},
    {"Unsqueeze", write_shape},
    {"Dropout", write_identity},
    {"Cast", write_identity},
    {"Transpose", write_transpose},
    {"ReduceMax", write_reduction},
    {"ReduceMean", write_reduction},
    {"ReduceMin", write_reduction},
    {"ReduceSum", write_reduction},
    {"Pad", write_pad},
    {"Slice", write_slice},
    {"Split", write_split},
    {"Add", write_pair},
    {"Sub", write_pair},
    {"Mul", write_pair},
    {"Div", write_pair},
    {"PRelu", write_pair},
});

}  // namespace

WrittenNode opencv_node(const NodeFacts& facts, const Sizes& output, bool any_batch) {
  WrittenNode node{.op = facts.node.op};
  for (const NodeAttribute& attribute : facts.node.attributes) {
    if (attribute.number) node.numbers[attribute.name] = *attribute.number;
    if (attribute.real) node.reals[attribute.name] = *attribute.real;
  }
  for (std::size_t position = 0; position < facts.operands.size(); ++position) {
    if (!facts.has(position)) continue;
    node.operands.push_back(position);
    const PlannedValue& value = facts.operand(position);
    if (value.constant != nullptr && is_float(value.type))
      node.constants[position] = as_it_is(value);
  }
  const auto write = std::ranges::find(kWrites, std::string_view(node.op),
                                       [](const auto& entry) { return entry.first; });
  if (write != kWrites.end()) write->second(facts, output, node);
  if (any_batch && node.op == "Reshape") node.constants[1].whole.front() = -1;
  return node;
}

}  // namespace inferpool::runtimes
