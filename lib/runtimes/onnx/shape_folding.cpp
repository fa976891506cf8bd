// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <iterator>

#include "runtimes/onnx/shape_rules.hpp"

namespace inferpool::runtimes {
namespace {

constexpr std::size_t kMostFolded = 64;  // elements; a shape has at most 8

bool all_known(const NodeFacts& facts) {
  return !facts.operands.empty() &&
         std::ranges::all_of(facts.operands, [](const PlannedValue* one) {
           return one != nullptr && one->whole && one->whole->size() <= kMostFolded &&
                  one->sizes.size() <= 1;
         });
}

std::int64_t calculated(const NodeFacts& facts, std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  const std::string& op = facts.node.op;
  if (op == "Div") {
    if (b <= 0 || a < 0) unfit(facts, "a whole number is divided by zero, or is negative");
    return a / b;
  }
  const bool over = op == "Add"   ? __builtin_add_overflow(a, b, &result)
                    : op == "Sub" ? __builtin_sub_overflow(a, b, &result)
                                  : __builtin_mul_overflow(a, b, &result);
  if (over) unfit(facts, "a whole number is too large");
  return result;
}

std::optional<Sizes> arithmetic(const NodeFacts& facts) {
  const std::string& op = facts.node.op;
  if (op != "Add" && op != "Sub" && op != "Mul" && op != "Div") return std::nullopt;
  const Sizes& a = *facts.operand(0).whole;
  const Sizes& b = *facts.operand(1).whole;
  Sizes result;
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    result.push_back(
        calculated(facts, a.size() == 1 ? a[0] : a.at(i), b.size() == 1 ? b[0] : b.at(i)));
  }
  return result;
}

Sizes gathered(const NodeFacts& facts) {
  const Sizes& from = *facts.operand(0).whole;
  Sizes result;
  for (const std::int64_t position : *facts.operand(1).whole) {
    result.push_back(from[NodeFacts::axis_of(position, from.size())]);
  }
  return result;
}

Sizes sliced(const NodeFacts& facts) {
  const std::int64_t count = output_sizes(facts)[0][0];
  const Sizes& from = *facts.operand(0).whole;
  const auto size = static_cast<std::int64_t>(from.size());
  const std::int64_t start = facts.list(1, "starts")->at(0);
  const std::int64_t step = facts.list(4, "steps").value_or(Sizes{1}).at(0);
  std::int64_t at = start < -size ? 0 : start < 0 ? start + size : start;
  Sizes result;
  for (std::int64_t i = 0; i < count; ++i, at += step) {
    result.push_back(from.at(static_cast<std::size_t>(at)));
  }
  return result;
}

// The elements, and whether they are a scalar.
std::optional<std::pair<Sizes, bool>> elements(const NodeFacts& facts) {
  const std::string& op = facts.node.op;
  const PlannedValue& first = facts.operand(0);
  const bool scalar = first.sizes.empty();
  if (op == "Concat" && facts.axis() == 0) {
    Sizes all;
    for (const PlannedValue* one : facts.operands) {
      all.insert(all.end(), one->whole->begin(), one->whole->end());
    }
    return std::pair(all, false);
  }
  if (op == "Gather" && !scalar) return std::pair(gathered(facts), facts.sizes(1).empty());
  if (op == "Slice" && !scalar) return std::pair(sliced(facts), false);
  if (op == "Squeeze") return std::pair(*first.whole, output_sizes(facts)[0].empty());
  if (op == "Unsqueeze" && output_sizes(facts)[0].size() == 1)
    return std::pair(*first.whole, false);
  const bool to_whole = facts.node.number("to", 0) == 7 || facts.node.number("to", 0) == 6;
  if (op == "Identity" || (op == "Cast" && to_whole)) return std::pair(*first.whole, scalar);
  const auto result = arithmetic(facts);
  if (!result) return std::nullopt;
  return std::pair(*result, scalar && facts.sizes(1).empty());
}

}  // namespace

std::optional<PlannedValue> folded(const NodeFacts& facts) {
  PlannedValue value{.type = kInt64Type};
  if (facts.node.op == "Shape" && facts.node.attributes.empty() && facts.has(0)) {
    const PlannedValue& of = facts.operand(0);
    value.sizes = {static_cast<std::int64_t>(of.sizes.size())};
    value.whole = of.sizes;
    value.follows_shapes = of.constant == nullptr;
    return value;
  }
  if (!all_known(facts)) return std::nullopt;
  const auto made = elements(facts);
  if (!made) return std::nullopt;
  value.whole = made->first;
  if (!made->second) value.sizes = {static_cast<std::int64_t>(made->first.size())};
  value.follows_shapes = std::ranges::any_of(
      facts.operands, [](const PlannedValue* one) { return one->follows_shapes; });
  return value;
}

std::optional<PlannedValue> reshaped_constant(const NodeFacts& facts) {
  static constexpr const char* kOperators[] = {"Identity", "Reshape", "Squeeze", "Unsqueeze"};
  const bool one_of_these = std::ranges::find(kOperators, facts.node.op) != std::end(kOperators);
  if (!one_of_these || !facts.has(0) || facts.node.number("allowzero", 0) != 0) return std::nullopt;
  if (facts.operand(0).constant == nullptr || !is_float(facts.operand(0).type)) return std::nullopt;
  if (facts.has(1) && facts.operand(1).follows_shapes) return std::nullopt;
  PlannedValue value = facts.operand(0);
  value.sizes = output_sizes(facts)[0];
  return value;
}

}  // namespace inferpool::runtimes
