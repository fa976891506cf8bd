// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/node_facts.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace inferpool::runtimes {
namespace {

constexpr std::int64_t kMostOfWindow = std::int64_t{1} << 24;  // strides and the like

std::int64_t default_axis(const NodeFacts& facts) {
  const std::string& op = facts.node.op;
  if (op == "Softmax" || op == "LogSoftmax") return facts.opset < 13 ? 1 : -1;
  return op == "Flatten" || op == "Concat" ? 1 : 0;
}

// An attribute with one number per axis; if it is left out, `otherwise` for each.
Sizes for_axes(const NodeFacts& facts, std::string_view name, std::size_t count,
               std::int64_t otherwise, std::int64_t least) {
  Sizes numbers = facts.node.numbers(name);
  if (numbers.empty()) numbers.assign(count, otherwise);
  const bool sound = numbers.size() == count && std::ranges::all_of(numbers, [&](std::int64_t n) {
                       return n >= least && n <= kMostOfWindow;
                     });
  if (!sound) unfit(facts, fmt::format("{} is {}", name, to_text(numbers)));
  return numbers;
}

}  // namespace

void unfit(const NodeFacts& facts, std::string_view what) {
  std::string shapes;
  for (const PlannedValue* operand : facts.operands) {
    shapes += fmt::format("{}{}", shapes.empty() ? "" : ", ",
                          operand == nullptr ? "none" : to_text(operand->sizes));
  }
  throw UnfitShapes(fmt::format("{} does not fit its operands of the shapes {}: {}",
                                facts.node.label(), shapes, what));
}

bool NodeFacts::has(std::size_t position) const {
  return position < operands.size() && operands[position] != nullptr;
}

const PlannedValue& NodeFacts::operand(std::size_t position) const {
  if (!has(position)) unfit(*this, fmt::format("its operand {} is not there", position));
  return *operands[position];
}

std::size_t NodeFacts::axis_of(std::int64_t axis, std::size_t rank) {
  const auto count = static_cast<std::int64_t>(rank);
  if (axis < -count || axis >= count) {
    throw UnfitShapes(fmt::format("an axis is {} where a tensor has {}", axis, rank));
  }
  return static_cast<std::size_t>(axis < 0 ? axis + count : axis);
}

std::size_t NodeFacts::axis() const {
  const std::int64_t axis = node.number("axis", default_axis(*this));
  if (node.op == "Flatten" && axis == static_cast<std::int64_t>(rank())) return rank();
  return axis_of(axis, rank());
}

std::optional<Sizes> NodeFacts::list(std::size_t position, std::string_view name) const {
  if (has(position)) {
    const PlannedValue& value = operand(position);
    if (!value.whole) unfit(*this, fmt::format("its operand {} is not known", position));
    return value.whole;
  }
  if (node.find(name) == nullptr) return std::nullopt;
  return node.numbers(name);
}

Sizes NodeFacts::axes(std::size_t position) const {
  Sizes axes = list(position, "axes").value_or(Sizes());
  if (axes.empty()) {
    for (std::size_t axis = 0; axis < rank(); ++axis)
      axes.push_back(static_cast<std::int64_t>(axis));
  }
  const std::size_t count = node.op == "Unsqueeze" ? rank() + axes.size() : rank();
  for (std::int64_t& axis : axes) axis = static_cast<std::int64_t>(axis_of(axis, count));
  std::ranges::sort(axes);
  if (std::ranges::adjacent_find(axes) != axes.end()) unfit(*this, "an axis is named twice");
  return axes;
}

Window NodeFacts::window() const {
  if (rank() < 3) unfit(*this, "there is no image");
  const std::size_t count = rank() - 2;
  Window window;
  if (node.op == "Conv") {
    if (sizes(1).size() != rank()) unfit(*this, "the ranks differ");
    window.kernel.assign(sizes(1).begin() + 2, sizes(1).end());
    const Sizes said = node.numbers("kernel_shape");
    if (!said.empty() && said != window.kernel) unfit(*this, "kernel_shape is another");
  } else {
    window.kernel = for_axes(*this, "kernel_shape", count, 0, 1);
  }
  window.strides = for_axes(*this, "strides", count, 1, 1);
  window.dilations = for_axes(*this, "dilations", count, 1, 1);
  window.pads = for_axes(*this, "pads", 2 * count, 0, 0);
  const std::string mode = node.text("auto_pad");
  const bool same = mode == "SAME_UPPER" || mode == "SAME_LOWER";
  if (mode == "VALID") window.pads.assign(2 * count, 0);
  for (std::size_t i = 0; i < count; ++i) {
    const std::int64_t size = sizes(0)[i + 2];
    const std::int64_t reach = (window.kernel[i] - 1) * window.dilations[i] + 1;
    if (same) {
      const std::int64_t wanted = (size + window.strides[i] - 1) / window.strides[i];
      const std::int64_t pad =
          std::max<std::int64_t>((wanted - 1) * window.strides[i] + reach - size, 0);
      window.pads[i] = mode == "SAME_UPPER" ? pad / 2 : pad - pad / 2;
      window.pads[i + count] = pad - window.pads[i];
    }
    const std::int64_t room = size + window.pads[i] + window.pads[i + count] - reach;
    if (room < 0) unfit(*this, "the kernel is larger than the image");
    if (node.op != "Conv" && std::max(window.pads[i], window.pads[i + count]) >= reach) {
      unfit(*this, "a pad is as large as the kernel");
    }
    const std::int64_t up = node.number("ceil_mode", 0) != 0 ? window.strides[i] - 1 : 0;
    window.output.push_back((room + up) / window.strides[i] + 1);
  }
  return window;
}

}  // namespace inferpool::runtimes
