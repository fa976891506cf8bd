// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/fusion.hpp"

#include <algorithm>
#include <cstddef>
#include <set>
#include <string>

namespace inferpool::runtimes {
namespace {

bool is_pair(const GraphNode& node) {
  static constexpr const char* kPairs[] = {"Add", "Sub", "Mul", "Div", "Max", "Min", "Sum"};
  return std::ranges::find(kPairs, node.op) != std::end(kPairs);
}

std::size_t computed_operands(const GraphNode& node, const NetworkPlan& plan) {
  return static_cast<std::size_t>(std::ranges::count_if(node.inputs, [&](const std::string& input) {
    return !input.empty() && !plan.values.at(input).is_known();
  }));
}

// Whether the node applies one value per channel.
bool goes_by_channels(const GraphNode& node, const NetworkPlan& plan) {
  if (node.op == "BatchNormalization" || node.op == "PRelu") return true;
  return is_pair(node) && computed_operands(node, plan) == 1;
}

// Whether the output of the node must not be fused with a node that goes by channels.
bool begins(const GraphNode& node, const NetworkPlan& plan) {
  if (node.op == "MatMul") return plan.values.at(node.outputs[0]).sizes.size() > 2;
  return is_pair(node) && computed_operands(node, plan) > 1;
}

// OpenCV also fuses through a node whose output has the shape of its operand.
bool passes_on(const GraphNode& node, const NetworkPlan& plan) {
  return computed_operands(node, plan) == 1 && node.op != "Conv" &&
         std::ranges::any_of(node.inputs, [&](const std::string& input) {
           return !input.empty() && !plan.values.at(input).is_known() &&
                  plan.values.at(input).sizes == plan.values.at(node.outputs[0]).sizes;
         });
}

}  // namespace

bool may_fuse(const NetworkPlan& plan) {
  std::set<std::string> marked;
  for (const PlannedNode& planned : plan.nodes) {
    const GraphNode& node = *planned.node;
    const bool takes = std::ranges::any_of(
        node.inputs, [&](const std::string& input) { return marked.contains(input); });
    if (takes && goes_by_channels(node, plan)) return false;
    if (begins(node, plan) || (takes && passes_on(node, plan))) marked.insert(node.outputs[0]);
  }
  return true;
}

}  // namespace inferpool::runtimes
