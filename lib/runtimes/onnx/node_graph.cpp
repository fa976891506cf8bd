// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/node_graph.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <set>
#include <utility>

#include "runtimes/onnx/network.hpp"
#include "runtimes/onnx/node_identity.hpp"
#include "runtimes/onnx/onnx_fields.hpp"
#include "runtimes/onnx/wire_reader.hpp"

namespace inferpool::runtimes {
namespace {

constexpr std::string_view kRemedy = "export the network without it, or serve it with ONNX Runtime";
constexpr std::int64_t kNewestFormat = 13;  // ir_version of ONNX 1.20
constexpr std::int64_t kOldestOpset = 7;    // older Add and others broadcast in another way
constexpr std::int64_t kNewestOpset = 21;

[[noreturn]] void refuse(const std::string& what) {
  throw NetworkError(fmt::format("{}, which the backend opencv does not serve; {}", what, kRemedy));
}

float float_of(std::string_view bytes) {
  float value = 0;
  if (bytes.size() == sizeof value) std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

void add_numbers(WireReader& reader, Sizes& numbers) {
  if (!reader.is_bytes()) {
    numbers.push_back(static_cast<std::int64_t>(reader.number()));
    return;
  }
  for (std::string_view left = reader.bytes(); !left.empty();) {
    numbers.push_back(static_cast<std::int64_t>(WireReader::take_number(left)));
  }
}

NodeAttribute read_attribute(std::string_view message) {
  NodeAttribute attribute;
  for (WireReader reader(message); reader.next();) {
    switch (reader.field()) {
      case onnx::kAttributeName:
        attribute.name = reader.bytes();
        break;
      case onnx::kAttributeFloat:
        attribute.real = float_of(reader.fixed());
        break;
      case onnx::kAttributeInt:
        attribute.number = static_cast<std::int64_t>(reader.number());
        break;
      case onnx::kAttributeText:
        attribute.text = reader.bytes();
        break;
      case onnx::kAttributeInts:
        add_numbers(reader, attribute.numbers);
        break;
      case onnx::kAttributeTensor:
        attribute.tensor = read_tensor(reader.bytes());
        break;
      case onnx::kAttributeDoc:
      case onnx::kAttributeType:
        break;
      default:
        attribute.is_other = true;
    }
  }
  return attribute;
}

void read_node_field(const WireReader& reader, GraphNode& node, std::string& domain) {
  if (read_identity(reader, node)) return;
  switch (reader.field()) {
    case onnx::kNodeInput:
      node.inputs.emplace_back(reader.bytes());
      break;
    case onnx::kNodeAttribute:
      node.attributes.push_back(read_attribute(reader.bytes()));
      break;
    case onnx::kNodeDomain:
      domain = reader.bytes();
      break;
    case onnx::kNodeDoc:
    case onnx::kNodeMetadata:
      break;
    default:
      refuse(fmt::format("a node has the field {}", reader.field()));
  }
}

GraphNode read_node(std::string_view message) {
  GraphNode node;
  std::string domain;
  for (WireReader reader(message); reader.next();) read_node_field(reader, node, domain);
  if (!domain.empty() && domain != "ai.onnx") {
    refuse(
        fmt::format("{} is of the operators of \"{}\", not of ONNX's own", node.label(), domain));
  }
  return node;
}

void add_constant(StoredTensor tensor, NodeGraph& graph) {
  if (tensor.name.empty()) throw NetworkError("an initializer has no name");
  const std::string name = tensor.name;
  if (!graph.constants.try_emplace(name, std::move(tensor)).second) {
    throw NetworkError(fmt::format("two initializers are called \"{}\"", name));
  }
}

void read_graph_fields(std::string_view message, NodeGraph& graph) {
  for (WireReader reader(message); reader.next();) {
    switch (reader.field()) {
      case onnx::kGraphNode:
        graph.nodes.push_back(read_node(reader.bytes()));
        break;
      case onnx::kGraphInitializer:
        add_constant(read_tensor(reader.bytes()), graph);
        break;
      case onnx::kGraphName:
      case onnx::kGraphDoc:
      case onnx::kGraphInput:
      case onnx::kGraphOutput:
      case onnx::kGraphValue:
      case onnx::kGraphMetadata:
        break;
      case onnx::kGraphSparse:
        refuse("it has a sparse initializer");
      default:
        refuse(fmt::format("its graph has the field {}", reader.field()));
    }
  }
}

// Sets the version of ONNX's own operators.
void read_opset(std::string_view message, NodeGraph& graph) {
  std::string domain;
  std::int64_t version = 0;
  for (WireReader reader(message); reader.next();) {
    if (reader.field() == onnx::kOpsetDomain) domain = reader.bytes();
    if (reader.field() == onnx::kOpsetVersion) version = static_cast<std::int64_t>(reader.number());
  }
  if (domain.empty() || domain == "ai.onnx") graph.opset = version;
}

void read_model_field(const WireReader& reader, NodeGraph& graph) {
  switch (reader.field()) {
    case onnx::kModelVersion:
      if (static_cast<std::int64_t>(reader.number()) > kNewestFormat) {
        refuse(fmt::format("its format is ONNX's version {}, newer than {}", reader.number(),
                           kNewestFormat));
      }
      break;
    case onnx::kModelGraph:
      read_graph_fields(reader.bytes(), graph);
      break;
    case onnx::kModelOpset:
      read_opset(reader.bytes(), graph);
      break;
    case onnx::kModelTraining:
      refuse("it has training information");
    case onnx::kModelFunctions:
      refuse("it has functions of its own");
    default:
      // The smaller fields are the name and version of the program that wrote the file.
      if (reader.field() > onnx::kModelOpset && reader.field() != onnx::kModelMetadata) {
        refuse(fmt::format("it has the field {}", reader.field()));
      }
  }
}

// A node comes after the nodes that make its inputs, and each value is made once.
void check_names(const NodeGraph& graph, const std::vector<std::string>& inputs,
                 const std::vector<std::string>& outputs) {
  std::set<std::string_view> made(inputs.begin(), inputs.end());
  for (const auto& [name, tensor] : graph.constants) made.insert(name);
  for (const GraphNode& node : graph.nodes) {
    for (const std::string& input : node.inputs) {
      if (input.empty() || made.contains(input)) continue;
      throw NetworkError(
          fmt::format("{} takes \"{}\", which nothing makes before it", node.label(), input));
    }
    for (const std::string& output : node.outputs) {
      if (output.empty() || made.insert(output).second) continue;
      throw NetworkError(
          fmt::format("{} makes \"{}\", which is there already", node.label(), output));
    }
  }
  for (const std::string& output : outputs) {
    if (!made.contains(output)) {
      throw NetworkError(fmt::format("nothing makes its output \"{}\"", output));
    }
  }
}

// Drops outputs at the end that are left out. For Dropout and MaxPool it also drops outputs that no
// node takes, since these only tell more about the first one: most files with a Dropout have its
// mask. Other operators compute differently for each further output.
void drop_unused_outputs(NodeGraph& graph, const std::vector<std::string>& outputs) {
  std::set<std::string_view> taken(outputs.begin(), outputs.end());
  for (const GraphNode& node : graph.nodes) taken.insert(node.inputs.begin(), node.inputs.end());
  for (GraphNode& node : graph.nodes) {
    const bool says_more = node.op == "Dropout" || node.op == "MaxPool";
    while (node.outputs.size() > 1 &&
           (node.outputs.back().empty() || (says_more && !taken.contains(node.outputs.back())))) {
      node.outputs.pop_back();
    }
  }
}

}  // namespace

std::string NodeAttribute::value_text() const {
  if (number) return std::to_string(*number);
  if (real) return fmt::format("{}", *real);
  if (text) return *text;
  if (tensor) return "a tensor";
  return is_other ? "a graph or a list" : to_text(numbers);
}

const NodeAttribute* GraphNode::find(std::string_view attribute) const {
  const auto found = std::ranges::find(attributes, attribute, &NodeAttribute::name);
  return found == attributes.end() ? nullptr : &*found;
}

std::int64_t GraphNode::number(std::string_view attribute, std::int64_t otherwise) const {
  const NodeAttribute* found = find(attribute);
  return found == nullptr ? otherwise : found->number.value_or(otherwise);
}

Sizes GraphNode::numbers(std::string_view attribute) const {
  const NodeAttribute* found = find(attribute);
  return found == nullptr ? Sizes() : found->numbers;
}

std::string GraphNode::text(std::string_view attribute) const {
  const NodeAttribute* found = find(attribute);
  return found == nullptr ? std::string() : found->text.value_or("");
}

std::string GraphNode::label() const {
  const std::string_view called = !name.empty()     ? std::string_view(name)
                                  : outputs.empty() ? std::string_view()
                                                    : std::string_view(outputs.front());
  return fmt::format("the node \"{}\" ({})", called, op);
}

NodeGraph read_node_graph(std::string_view file, const std::vector<std::string>& inputs,
                          const std::vector<std::string>& outputs) {
  NodeGraph graph;
  for (WireReader reader(file); reader.next();) read_model_field(reader, graph);
  if (graph.opset < kOldestOpset || graph.opset > kNewestOpset) {
    throw NetworkError(fmt::format(
        "its operators are those of ONNX's opset {}; the backend opencv accepts {} to {}: export "
        "it with one of these, or serve it with ONNX Runtime",
        graph.opset, kOldestOpset, kNewestOpset));
  }
  check_names(graph, inputs, outputs);
  drop_unused_outputs(graph, outputs);
  return graph;
}

}  // namespace inferpool::runtimes
