// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/fixed_shapes.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "runtimes/onnx/onnx_fields.hpp"
#include "runtimes/onnx/wire_reader.hpp"

namespace inferpool::runtimes {
namespace {

void put_varint(std::string& message, std::uint64_t value) {
  for (; value >= 0x80U; value >>= 7U) {
    message.push_back(static_cast<char>(value | 0x80U));
  }
  message.push_back(static_cast<char>(value));
}

void put_number(std::string& message, std::uint32_t field, std::uint64_t value) {
  put_varint(message, field << 3U);
  put_varint(message, value);
}

void put_bytes(std::string& message, std::uint32_t field, std::string_view bytes) {
  put_varint(message, field << 3U | 2U);
  put_varint(message, bytes.size());
  message.append(bytes);
}

// Messages as they are, but for fields of one number, of which each is what `change` makes of it.
template <typename Change>
std::string changed(std::string_view message, std::uint32_t field, const Change& change) {
  std::string result;
  result.reserve(message.size() + 64);
  for (WireReader reader(message); reader.next();) {
    if (reader.field() == field) {
      put_bytes(result, field, change(reader.bytes()));
    } else {
      result.append(reader.whole());
    }
  }
  return result;
}

std::string shape_message(const Shape& shape) {
  std::string message;
  for (const std::int64_t size : shape.dimensions()) {
    std::string dimension;
    put_number(dimension, onnx::kDimensionValue, static_cast<std::uint64_t>(size));
    put_bytes(message, onnx::kShapeDimension, dimension);
  }
  return message;
}

// TypeProto.Tensor; a shape is added where there is none.
std::string tensor_message(std::string_view message, const Shape& shape) {
  std::string result;
  for (WireReader reader(message); reader.next();) {
    if (reader.field() != onnx::kTensorShape) result.append(reader.whole());
  }
  put_bytes(result, onnx::kTensorShape, shape_message(shape));
  return result;
}

std::string_view name_of(std::string_view value) {
  std::string_view name;
  for (WireReader reader(value); reader.next();) {
    if (reader.field() == onnx::kValueName) name = reader.bytes();
  }
  return name;
}

}  // namespace

std::string with_shapes(std::string_view file, std::span<const TensorSpec> inputs,
                        std::span<const Shape> shapes) {
  const auto change_input = [&](std::string_view value) -> std::string {
    const auto input = std::ranges::find(inputs, name_of(value), &TensorSpec::name);
    if (input == inputs.end()) return std::string(value);  // it has a value in the file
    const Shape& shape = shapes[static_cast<std::size_t>(input - inputs.begin())];
    return changed(value, onnx::kValueType, [&](std::string_view type) {
      return changed(type, onnx::kTypeTensor,
                     [&](std::string_view tensor) { return tensor_message(tensor, shape); });
    });
  };
  return changed(file, onnx::kModelGraph, [&](std::string_view graph) {
    return changed(graph, onnx::kGraphInput, change_input);
  });
}

}  // namespace inferpool::runtimes
