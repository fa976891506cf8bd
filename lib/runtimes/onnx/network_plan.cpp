// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/network_plan.hpp"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <stdexcept>
#include <utility>

#include "runtimes/onnx/shape_rules.hpp"

namespace inferpool::runtimes {
namespace {

// The datatypes of the protocol in the order of TensorProto.DataType.
std::uint64_t type_number(Datatype datatype) {
  switch (datatype) {
    case Datatype::kFp32:
      return 1;
    case Datatype::kFp16:
      return 10;
    case Datatype::kFp64:
      return 11;
    case Datatype::kBf16:
      return 16;
    default:
      return kInt64Type;  // whole numbers: the table does not tell them apart
  }
}

PlannedValue constant_value(const StoredTensor& tensor) {
  PlannedValue value{.type = tensor.type, .sizes = tensor.sizes, .constant = &tensor};
  if (!is_float(tensor.type)) value.whole = tensor.whole;
  return value;
}

std::uint64_t output_type(const NodeFacts& facts) {
  const std::string& op = facts.node.op;
  if (op == "ArgMax" || op == "ArgMin") return kInt64Type;
  if (op == "Cast") return static_cast<std::uint64_t>(facts.node.number("to", 0));
  for (const PlannedValue* operand : facts.operands) {
    if (operand != nullptr && !operand->is_known()) return operand->type;
  }
  return facts.operand(0).type;
}

// ONNX requires one type for all operands. OpenCV takes all as FP32 and would not notice.
void require_one_type(const NodeFacts& facts) {
  for (const PlannedValue* operand : facts.operands) {
    if (operand == nullptr || !is_float(operand->type) || facts.node.op == "Cast") continue;
    if (operand->type != output_type(facts) && is_float(output_type(facts))) {
      throw NetworkError(fmt::format("{} has operands of ONNX's element types {} and {}",
                                     facts.node.label(), operand->type, output_type(facts)));
    }
  }
}

bool take_constant(const GraphNode& node, NetworkPlan& plan) {
  if (node.op != "Constant") return false;
  const NodeAttribute* value = node.find("value");
  if (value == nullptr || !value->tensor || node.outputs.size() != 1) {
    throw NetworkError(fmt::format(
        "{} holds no tensor in its attribute \"value\", which is the only form that the backend "
        "opencv accepts; export the network so, or serve it with ONNX Runtime",
        node.label()));
  }
  plan.values[node.outputs[0]] = constant_value(*value->tensor);
  return true;
}

void plan_node(const GraphNode& node, std::int64_t opset, NetworkPlan& plan) {
  if (take_constant(node, plan)) return;
  if (node.outputs.empty()) throw NetworkError(fmt::format("{} makes nothing", node.label()));
  const NodeFacts facts = plan.facts_of(node, opset);
  auto value = folded(facts);
  if (!value) value = reshaped_constant(facts);
  if (value) {
    plan.values[node.outputs[0]] = *std::move(value);
    return;
  }
  const TrustedForm& form = trusted_form_of(facts);
  require_one_type(facts);
  const std::vector<Sizes> sizes = output_sizes(facts);
  for (std::size_t i = 0; i < node.outputs.size(); ++i) {
    plan.values[node.outputs[i]] = {.type = output_type(facts), .sizes = sizes.at(i)};
  }
  plan.nodes.push_back({&node, &form});
  plan.any_batch = plan.any_batch && form.any_batch;
}

void check_output(const TensorSpec& output, const NetworkPlan& plan) {
  const PlannedValue& value = plan.values.at(output.name);
  if (value.is_known() || value.is_input) {
    throw NetworkError(fmt::format(
        "its output \"{}\" is {}, which the backend opencv does not serve; export the network "
        "without that output, or serve it with ONNX Runtime",
        output.name, value.is_input ? "one of its inputs" : "a constant or made of shapes"));
  }
  if (is_float(value.type) != is_float(type_number(output.datatype))) {
    throw NetworkError(fmt::format("its output \"{}\" is declared {}, but made of another kind",
                                   output.name, name(output.datatype)));
  }
}

}  // namespace

NodeFacts NetworkPlan::facts_of(const GraphNode& node, std::int64_t opset) const {
  NodeFacts facts{.node = node, .opset = opset, .operands = {}};
  for (const std::string& input : node.inputs) {
    facts.operands.push_back(input.empty() ? nullptr : &values.at(input));
  }
  return facts;
}

NetworkPlan plan_network(const NodeGraph& graph, const std::vector<TensorSpec>& inputs,
                         const std::vector<TensorSpec>& outputs, const std::vector<Shape>& shapes) {
  NetworkPlan plan;
  for (const auto& [name, tensor] : graph.constants) plan.values[name] = constant_value(tensor);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const auto sizes = shapes[i].dimensions();
    plan.values[inputs[i].name] = {.type = type_number(inputs[i].datatype),
                                   .sizes = {sizes.begin(), sizes.end()},
                                   .is_input = true};
  }
  for (const GraphNode& node : graph.nodes) {
    try {
      plan_node(node, graph.opset, plan);
    } catch (const std::out_of_range&) {
      throw UnfitShapes(fmt::format("{} does not fit its operands", node.label()));
    }
  }
  for (const TensorSpec& output : outputs) check_output(output, plan);
  return plan;
}

}  // namespace inferpool::runtimes
