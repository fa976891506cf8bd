// SPDX-License-Identifier: Apache-2.0
// ONNX files of a few nodes, written field by field, so that a test shows what is in them.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace inferpool::test {

// Fields of protobuf, named by their numbers in onnx.proto.
inline std::string varint(std::uint64_t value) {
  std::string bytes;
  for (; value >= 0x80U; value >>= 7U) bytes.push_back(static_cast<char>(value | 0x80U));
  bytes.push_back(static_cast<char>(value));
  return bytes;
}
inline std::string number(std::uint32_t field, std::uint64_t value) {
  return varint(field << 3U) + varint(value);
}
inline std::string text(std::uint32_t field, std::string_view value) {
  return varint(field << 3U | 2U) + varint(value.size()) + std::string(value);
}

inline std::string dimensions(std::initializer_list<std::int64_t> sizes) {  // -1: free
  std::string shape;
  for (const std::int64_t size : sizes) {
    shape += text(1, size < 0 ? text(2, "n") : number(1, static_cast<std::uint64_t>(size)));
  }
  return shape;
}

// A ValueInfoProto of a tensor of ONNX's datatype; 1 is FP32, 7 INT64, 8 text.
inline std::string port(std::string_view name, std::uint64_t datatype,
                        std::initializer_list<std::int64_t> sizes) {
  return text(1, name) + text(2, text(1, number(1, datatype) + text(2, dimensions(sizes))));
}

// A port whose type is not a tensor: `field` is the field of TypeProto.
inline std::string other_port(std::string_view name, std::uint32_t field, std::string_view type) {
  return text(1, name) + text(2, text(field, type));
}

inline std::string node(std::string_view op, std::initializer_list<std::string_view> inputs,
                        std::initializer_list<std::string_view> outputs,
                        const std::string& attributes = {}, std::string_view domain = {}) {
  std::string message;
  for (const std::string_view input : inputs) message += text(1, input);
  for (const std::string_view output : outputs) message += text(2, output);
  message += text(4, op) + attributes;
  return domain.empty() ? message : message + text(7, domain);
}

// Where the file says that a tensor's elements are.
struct Place {
  std::string location = {};
  std::optional<std::string> offset = {};
  std::optional<std::string> length = {};
};

// A TensorProto of FP32 whose elements are in another file.
inline std::string tensor_beside(std::string_view name, std::initializer_list<std::int64_t> sizes,
                                 const Place& place) {
  const auto entry = [](std::string_view key, std::string_view value) {
    return text(13, text(1, key) + text(2, value));
  };
  std::string message;
  for (const std::int64_t size : sizes) message += number(1, static_cast<std::uint64_t>(size));
  message += number(2, 1) + text(8, name) + entry("location", place.location);
  if (place.offset) message += entry("offset", *place.offset);
  if (place.length) message += entry("length", *place.length);
  return message + number(14, 1);
}

// A ModelProto with this graph, opset 13 of ONNX, and opset 1 of ai.onnx.ml.
inline std::string model(const std::string& graph) {
  return number(1, 7) + text(7, graph) + text(8, number(2, 13)) +
         text(8, text(1, "ai.onnx.ml") + number(2, 1));
}

// y [n, 2] = x [n, 3] times the rows of w [2, 3], plus b [2]; both weights are in another file.
inline std::string network_with_weights_beside(const Place& w, const Place& b) {
  const std::string transposed = text(5, text(1, "transB") + number(3, 1) + number(20, 2));
  return model(text(1, node("Gemm", {"x", "w", "b"}, {"y"}, transposed)) + text(2, "beside") +
               text(5, tensor_beside("w", {2, 3}, w)) + text(5, tensor_beside("b", {2}, b)) +
               text(11, port("x", 1, {-1, 3})) + text(12, port("y", 1, {-1, 2})));
}

// Its weights in one file: w is {{1, 2, 3}, {4, 5, 6}}, b is {10, 20}.
inline std::string weights_beside() {
  const float values[] = {1, 2, 3, 4, 5, 6, 10, 20};
  return {reinterpret_cast<const char*>(values), sizeof(values)};
}
inline Place place_of_w(std::string location) { return {std::move(location), "0", "24"}; }
inline Place place_of_b(std::string location) { return {std::move(location), "24", "8"}; }

}  // namespace inferpool::test
