// SPDX-License-Identifier: Apache-2.0
#include "unit/runtimes/onnx/test_model.hpp"

#include <cstring>
#include <type_traits>

#include "unit/runtimes/onnx/built_networks.hpp"

namespace inferpool::test {
namespace {

template <typename T>
std::string raw_bytes(const std::vector<double>& values) {
  std::string bytes;
  for (const double value : values) {
    const T element = static_cast<T>(value);
    char raw[sizeof(T)];
    std::memcpy(raw, &element, sizeof(T));
    bytes.append(raw, sizeof(T));
  }
  return bytes;
}

std::string raw_data(const Array& array) {
  switch (array.type) {
    case kUint8:
    case kBool:
      return raw_bytes<std::uint8_t>(array.values);
    case kInt32:
      return raw_bytes<std::int32_t>(array.values);
    case kInt64:
      return raw_bytes<std::int64_t>(array.values);
    case kDouble:
      return raw_bytes<double>(array.values);
    default:
      return raw_bytes<float>(array.values);
  }
}

std::string wire_float(std::uint32_t field, float value) {
  char raw[sizeof value];
  std::memcpy(raw, &value, sizeof value);
  return varint(field << 3U | 5U) + std::string(raw, sizeof raw);
}

// AttributeProto: f = 2, i = 3, s = 4, t = 5, floats = 7, ints = 8, type = 20.
std::string attribute_message(const TestAttribute& attribute) {
  std::string bytes = wire_bytes(1, attribute.name);
  std::visit(
      [&]<typename T>(const T& value) {
        if constexpr (std::is_same_v<T, std::int64_t>) {
          bytes += wire_number(3, static_cast<std::uint64_t>(value)) + wire_number(20, 2);
        } else if constexpr (std::is_same_v<T, float>) {
          bytes += wire_float(2, value) + wire_number(20, 1);
        } else if constexpr (std::is_same_v<T, std::string>) {
          bytes += wire_bytes(4, value) + wire_number(20, 3);
        } else if constexpr (std::is_same_v<T, Sizes>) {
          for (const auto number : value)
            bytes += wire_number(8, static_cast<std::uint64_t>(number));
          bytes += wire_number(20, 7);
        } else if constexpr (std::is_same_v<T, Array>) {
          bytes += wire_bytes(5, tensor_message("", value)) + wire_number(20, 4);
        } else {
          for (const float number : value) bytes += wire_float(7, number);
          bytes += wire_number(20, 6);
        }
      },
      attribute.value);
  return bytes;
}

std::string list_text(const Sizes& sizes) {
  std::string text;
  for (const auto size : sizes) text += (text.empty() ? "" : ",") + std::to_string(size);
  return "[" + text + "]";
}

std::string value_text(const TestAttribute& attribute) {
  return std::visit(
      []<typename T>(const T& value) -> std::string {
        if constexpr (std::is_same_v<T, std::string>) {
          return value;
        } else if constexpr (std::is_same_v<T, Sizes>) {
          return list_text(value);
        } else if constexpr (std::is_arithmetic_v<T>) {
          return std::to_string(value);
        } else if constexpr (std::is_same_v<T, Array>) {
          return "tensor" + list_text(value.sizes);
        } else {
          return "floats";
        }
      },
      attribute.value);
}

}  // namespace

std::int64_t product(const Sizes& sizes) {
  std::int64_t result = 1;
  for (const auto size : sizes) result *= size;
  return result;
}

const TestAttribute* TestNode::find(const std::string& attribute) const {
  for (const auto& one : attributes) {
    if (one.name == attribute) return &one;
  }
  return nullptr;
}

std::int64_t TestNode::number(const std::string& attribute, std::int64_t otherwise) const {
  const auto* found = find(attribute);
  return found == nullptr ? otherwise : std::get<std::int64_t>(found->value);
}

float TestNode::real(const std::string& attribute, float otherwise) const {
  const auto* found = find(attribute);
  return found == nullptr ? otherwise : std::get<float>(found->value);
}

std::string TestNode::text(const std::string& attribute, const std::string& otherwise) const {
  const auto* found = find(attribute);
  return found == nullptr ? otherwise : std::get<std::string>(found->value);
}

Sizes TestNode::numbers(const std::string& attribute, const Sizes& otherwise) const {
  const auto* found = find(attribute);
  return found == nullptr ? otherwise : std::get<Sizes>(found->value);
}

std::string wire_number(std::uint32_t field, std::uint64_t value) {
  return varint(field << 3U) + varint(value);
}

std::string wire_bytes(std::uint32_t field, const std::string& bytes) {
  return varint(field << 3U | 2U) + varint(bytes.size()) + bytes;
}

std::string tensor_message(const std::string& name, const Array& array) {
  std::string bytes;
  for (const auto size : array.sizes) bytes += wire_number(1, static_cast<std::uint64_t>(size));
  bytes += wire_number(2, static_cast<std::uint64_t>(array.type));
  if (!name.empty()) bytes += wire_bytes(8, name);
  return bytes + wire_bytes(9, raw_data(array));
}

std::string node_message(const TestNode& node) {
  std::string bytes;
  for (const auto& input : node.inputs) bytes += wire_bytes(1, input);
  for (const auto& output : node.outputs) bytes += wire_bytes(2, output);
  if (!node.name.empty()) bytes += wire_bytes(3, node.name);
  bytes += wire_bytes(4, node.op);
  for (const auto& attribute : node.attributes)
    bytes += wire_bytes(5, attribute_message(attribute));
  if (!node.domain.empty()) bytes += wire_bytes(7, node.domain);
  return bytes;
}

std::string value_message(const TestInput& value) {
  std::string shape;
  for (const auto size : value.sizes) {
    shape += wire_bytes(1, size < 0 ? wire_bytes(2, value.symbol)
                                    : wire_number(1, static_cast<std::uint64_t>(size)));
  }
  const std::string tensor =
      wire_number(1, static_cast<std::uint64_t>(value.type)) + wire_bytes(2, shape);
  return wire_bytes(1, value.name) + wire_bytes(2, wire_bytes(1, tensor));
}

std::string model_message(const std::string& graph, int opset) {
  return wire_number(1, 7) + wire_bytes(7, graph) +
         wire_bytes(8, wire_number(2, static_cast<std::uint64_t>(opset)));
}

std::string file_of(const TestModel& model) {
  std::string graph;
  for (const auto& node : model.nodes) graph += wire_bytes(1, node_message(node));
  graph += wire_bytes(2, "graph");
  for (const auto& [name, array] : model.initializers) {
    graph += wire_bytes(5, tensor_message(name, array));
  }
  for (const auto& input : model.inputs) graph += wire_bytes(11, value_message(input));
  for (const auto& output : model.outputs) graph += wire_bytes(12, value_message(output));
  return model_message(graph, model.opset);
}

std::string described(const TestModel& model) {
  std::string text = "opset " + std::to_string(model.opset) + "\n";
  for (const auto& input : model.inputs)
    text += "  in " + input.name + list_text(input.sizes) + "\n";
  for (const auto& [name, array] : model.initializers) {
    text += "  constant " + name + list_text(array.sizes) + "\n";
  }
  for (const auto& node : model.nodes) {
    text += "  " + node.op + "(";
    for (const auto& input : node.inputs) text += input + " ";
    text += ") ->";
    for (const auto& output : node.outputs) text += " " + output;
    for (const auto& one : node.attributes) text += "  " + one.name + "=" + value_text(one);
    text += "\n";
  }
  for (const auto& output : model.outputs) {
    text += "  out " + output.name + list_text(output.sizes) + "\n";
  }
  return text;
}

}  // namespace inferpool::test
