// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/form_conditions.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace inferpool::runtimes {
namespace {

bool even_pads(const NodeFacts& facts) {
  const Sizes pads = facts.window().pads;
  const auto half = static_cast<std::ptrdiff_t>(pads.size() / 2);
  return std::equal(pads.begin(), pads.begin() + half, pads.begin() + half);
}

bool no_dilation(const NodeFacts& facts) {
  return std::ranges::all_of(facts.window().dilations, [](std::int64_t n) { return n == 1; });
}

// ONNX's specification and its implementations differ on a last window that begins in the padding
// at the end.
bool plain_ceiling(const NodeFacts& facts) {
  if (facts.node.number("ceil_mode", 0) == 0) return true;
  if (facts.node.text("auto_pad").starts_with("SAME")) return false;
  const Window window = facts.window();
  for (std::size_t i = 0; i < window.kernel.size(); ++i) {
    const std::int64_t begin = (window.output[i] - 1) * window.strides[i];
    if (begin >= facts.sizes(0)[i + 2] + window.pads[i]) return false;
  }
  return true;
}

bool pads_not_counted(const NodeFacts& facts) {
  return facts.node.number("count_include_pad", 0) == 0 ||
         (std::ranges::all_of(facts.window().pads, [](std::int64_t pad) { return pad == 0; }) &&
          facts.node.number("ceil_mode", 0) == 0);
}

bool same_shapes(const NodeFacts& facts) { return facts.sizes(0) == facts.sizes(1); }

bool per_channel(const NodeFacts& facts) {
  const bool first = facts.operand(0).constant != nullptr;
  return is_per_channel(facts.sizes(first ? 0 : 1), facts.sizes(first ? 1 : 0));
}

bool one_element(const NodeFacts& facts) {
  return std::ranges::all_of(facts.operands, [](const PlannedValue* operand) {
    return operand == nullptr || operand->constant == nullptr || operand->whole ||
           elements_of(operand->sizes) == 1;
  });
}

bool matrix(const NodeFacts& facts) { return facts.sizes(1).size() == 2; }

bool bias_of_columns(const NodeFacts& facts) {
  if (!facts.has(2)) return true;
  const Sizes& c = facts.sizes(2);
  return c.size() < 2 || c[0] == 1;
}

bool one_axis(const NodeFacts& facts) {
  if (facts.opset >= 13) return true;
  const Sizes& sizes = facts.sizes(0);
  const auto behind = sizes.begin() + static_cast<std::ptrdiff_t>(facts.axis()) + 1;
  return std::all_of(behind, sizes.end(), [](std::int64_t size) { return size == 1; });
}

bool behind_batch(const NodeFacts& facts) {
  if (facts.node.op == "Transpose") {
    const Sizes order = facts.node.numbers("perm");
    return !order.empty() && order.front() == 0;
  }
  if (facts.node.op == "Concat") return facts.axis() > 0;
  return facts.axes(1).front() > 0;
}

// The target shape is a constant of the file, and its first size is -1 (the rest) or 0 (unchanged).
// So the first size is the only one that depends on the batch.
bool batch_first(const NodeFacts& facts) {
  if (facts.operand(1).follows_shapes) return false;
  const Sizes target = facts.list(1, "shape").value_or(Sizes());
  if (target.empty() || target.front() > 0) return false;
  if (target.front() == -1) {
    return std::none_of(target.begin() + 1, target.end(), [](std::int64_t n) { return n == 0; }) ||
           facts.rank() > 1;
  }
  return true;
}

bool odd_size(const NodeFacts& facts) { return facts.node.number("size", 0) % 2 == 1; }

bool leaves_an_axis(const NodeFacts& facts) { return facts.axes(1).size() < facts.rank(); }

bool steps_of_one(const NodeFacts& facts) {
  const Sizes steps = facts.list(4, "steps").value_or(Sizes());
  return std::ranges::all_of(steps, [](std::int64_t step) { return step == 1; });
}

constexpr auto kConditions = std::to_array<FormCondition>({
    {"even-pads", "the pads are as large before as behind", even_pads},
    {"no-dilation", "the dilations are 1", no_dilation},
    {"plain-ceiling", "with ceil_mode, no window begins in the padding behind", plain_ceiling},
    {"pads-not-counted", "count_include_pad is 0, or there are no pads", pads_not_counted},
    {"same-shapes", "both operands have the same shape", same_shapes},
    {"per-channel", "the constant has one element, or one for each channel (the second axis)",
     per_channel},
    {"one-element", "the limit or the filler is one number", one_element},
    {"matrix", "the constant is a matrix", matrix},
    {"bias-of-columns", "C has one element, or one for each column", bias_of_columns},
    {"one-axis", "it goes along one axis: before opset 13 all sizes behind \"axis\" are 1",
     one_axis},
    {"behind-batch", "it leaves the first axis as it is", behind_batch},
    {"batch-first", "the target is a constant that begins with -1 or 0", batch_first},
    {"odd-size", "\"size\" is odd", odd_size},
    {"leaves-an-axis", "an axis is left", leaves_an_axis},
    {"steps-of-one", "the steps are 1", steps_of_one},
});

}  // namespace

const FormCondition& form_condition(std::string_view name) {
  return *std::ranges::find(kConditions, name, &FormCondition::name);
}

bool is_per_channel(const Sizes& constant, const Sizes& x) {
  if (constant.size() > x.size()) return false;
  for (std::size_t i = 0; i < constant.size(); ++i) {
    const std::size_t axis = x.size() - constant.size() + i;
    if (constant[i] != 1 && (axis != 1 || constant[i] != x[1])) return false;
  }
  return true;
}

}  // namespace inferpool::runtimes
