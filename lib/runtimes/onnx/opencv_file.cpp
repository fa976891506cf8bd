// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/opencv_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "runtimes/onnx/fusion.hpp"
#include "runtimes/onnx/onnx_fields.hpp"
#include "runtimes/onnx/opencv_node.hpp"
#include "runtimes/onnx/wire_writer.hpp"

namespace inferpool::runtimes {
namespace {

constexpr std::int64_t kFormat = 7;
constexpr std::int64_t kOpset = 11;
constexpr std::int64_t kFp32 = 1;
constexpr std::int64_t kInt64 = 7;

template <typename T>
std::string_view raw(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

std::string constant_message(const std::string& name, const WrittenConstant& constant) {
  WireWriter tensor;
  for (const std::int64_t size : constant.sizes) tensor.number(onnx::kStoredDims, size);
  const bool whole = !constant.whole.empty();
  tensor.number(onnx::kStoredType, whole ? kInt64 : kFp32);
  tensor.bytes(onnx::kStoredName, name);
  tensor.bytes(onnx::kStoredRaw, whole ? raw(constant.whole) : raw(constant.floats));
  return tensor.message();
}

// OpenCV's importer knows patterns of nodes, by their operators, and reads each as one node: Celu,
// Softmax, HardSwish, BatchNormalization, an L2 norm. For Celu it looks for the constants in the
// wrong place and ends the process. Each of these patterns has one of these steps.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kSteps{
    {{"Elu", "Mul"},
     {"Exp", "ReduceSum"},
     {"HardSigmoid", "Mul"},
     {"Mul", "ReduceSum"},
     {"Sqrt", "Div"}}};

bool is_step(std::string_view from, std::string_view to) {
  return std::ranges::find(kSteps, std::pair(from, to)) != kSteps.end();
}

// AttributeProto.AttributeType
enum AttributeKind : std::int64_t { kReal = 1, kNumber = 2, kNumbers = 7 };

WireWriter attribute(const std::string& name, AttributeKind kind) {
  WireWriter message;
  message.bytes(onnx::kAttributeName, name);
  message.number(onnx::kAttributeType, kind);
  return message;
}

void write_attributes(const WrittenNode& node, WireWriter& message) {
  for (const auto& [name, value] : node.numbers) {
    WireWriter one = attribute(name, kNumber);
    one.number(onnx::kAttributeInt, value);
    message.bytes(onnx::kNodeAttribute, one.message());
  }
  for (const auto& [name, value] : node.reals) {
    WireWriter one = attribute(name, kReal);
    one.real(onnx::kAttributeFloat, value);
    message.bytes(onnx::kNodeAttribute, one.message());
  }
  for (const auto& [name, values] : node.lists) {
    WireWriter one = attribute(name, kNumbers);
    for (const std::int64_t value : values) one.number(onnx::kAttributeInts, value);
    message.bytes(onnx::kNodeAttribute, one.message());
  }
}

// An input or output; a size below 0 is free.
std::string value_message(const std::string& name, const Sizes& sizes) {
  WireWriter shape;
  for (const std::int64_t size : sizes) {
    WireWriter dimension;
    if (size < 0) {
      dimension.bytes(onnx::kDimensionParameter, "n");
    } else {
      dimension.number(onnx::kDimensionValue, size);
    }
    shape.bytes(onnx::kShapeDimension, dimension.message());
  }
  WireWriter tensor;
  tensor.number(onnx::kTensorElement, kFp32);
  tensor.bytes(onnx::kTensorShape, shape.message());
  WireWriter type;
  type.bytes(onnx::kTypeTensor, tensor.message());
  WireWriter value;
  value.bytes(onnx::kValueName, name);
  value.bytes(onnx::kValueType, type.message());
  return value.message();
}

class Writer {
 public:
  Writer(const NodeGraph& graph, const NetworkPlan& plan, bool free_batch)
      : graph_(graph), plan_(plan), free_batch_(free_batch) {}

  OpencvFile write(const std::vector<TensorSpec>& inputs, const std::vector<TensorSpec>& outputs) {
    OpencvFile file;
    for (const TensorSpec& input : inputs) {
      file.inputs.push_back(fmt::format("x{}", file.inputs.size()));
      names_[input.name] = file.inputs.back();
      Sizes sizes = plan_.values.at(input.name).sizes;
      if (free_batch_ && !sizes.empty()) sizes.front() = -1;
      message_.bytes(onnx::kGraphInput, value_message(file.inputs.back(), sizes));
    }
    for (std::size_t i = 0; i < plan_.nodes.size(); ++i) write_node(i);
    message_.bytes(onnx::kGraphName, "network");
    for (const TensorSpec& output : outputs) {
      file.outputs.push_back(names_.at(output.name));
      Sizes sizes = plan_.values.at(output.name).sizes;
      if (free_batch_ && !sizes.empty()) sizes.front() = -1;
      message_.bytes(onnx::kGraphOutput, value_message(file.outputs.back(), sizes));
    }
    file.bytes = model();
    file.fuse = may_fuse(plan_);
    return file;
  }

 private:
  void write_node(std::size_t index) {
    const PlannedNode& planned = plan_.nodes[index];
    const NodeFacts facts = plan_.facts_of(*planned.node, graph_.opset);
    const Sizes& output = plan_.values.at(planned.node->outputs[0]).sizes;
    const WrittenNode node = opencv_node(facts, output, free_batch_);
    WireWriter message;
    for (const std::size_t position : node.operands) {
      const auto constant = node.constants.find(position);
      std::string name;
      if (constant == node.constants.end()) {
        name = operand(planned.node->inputs[position], node.op,
                       fmt::format("v{}_{}", index, position));
      } else {
        name = fmt::format("c{}_{}", index, position);
        message_.bytes(onnx::kGraphInitializer, constant_message(name, constant->second));
      }
      message.bytes(onnx::kNodeInput, name);
    }
    const auto& outputs = planned.node->outputs;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      names_[outputs[i]] = i == 0 ? fmt::format("v{}", index) : fmt::format("v{}_{}", index, i);
      makers_[outputs[i]] = node.op;
      message.bytes(onnx::kNodeOutput, names_[outputs[i]]);
    }
    message.bytes(onnx::kNodeOp, node.op);
    write_attributes(node, message);
    message_.bytes(onnx::kGraphNode, message.message());
  }

  // The name of the value in the written file. If it would be a step of a pattern, an Identity with
  // a name from `apart` comes between.
  std::string operand(const std::string& value, const std::string& op, const std::string& apart) {
    if (!is_step(makers_[value], op)) return names_.at(value);
    WireWriter message;
    message.bytes(onnx::kNodeInput, names_.at(value));
    message.bytes(onnx::kNodeOutput, apart + "i");
    message.bytes(onnx::kNodeOp, "Identity");
    message_.bytes(onnx::kGraphNode, message.message());
    return apart + "i";
  }

  std::string model() const {
    WireWriter opset;
    opset.number(onnx::kOpsetVersion, kOpset);
    WireWriter model;
    model.number(onnx::kModelVersion, kFormat);
    model.bytes(onnx::kModelOpset, opset.message());
    model.bytes(onnx::kModelGraph, message_.message());
    return model.message();
  }

  const NodeGraph& graph_;
  const NetworkPlan& plan_;
  bool free_batch_;
  WireWriter message_ = {};
  std::map<std::string, std::string> names_ = {};
  std::map<std::string, std::string> makers_ = {};  // the operators of values that are computed
};

}  // namespace

OpencvFile opencv_file(const NodeGraph& graph, const NetworkPlan& plan,
                       const std::vector<TensorSpec>& inputs,
                       const std::vector<TensorSpec>& outputs, bool free_batch) {
  return Writer(graph, plan, free_batch).write(inputs, outputs);
}

// The importer names a layer by its output: "onnx_node_output_0!v12".
const GraphNode* node_of_layer(const NetworkPlan& plan, const std::string& layer) {
  const std::size_t at = layer.rfind("!v");
  std::size_t index = 0;
  if (at == std::string::npos) return nullptr;
  std::from_chars(layer.data() + at + 2, layer.data() + layer.size(), index);
  return index < plan.nodes.size() ? plan.nodes[index].node : nullptr;
}

}  // namespace inferpool::runtimes
