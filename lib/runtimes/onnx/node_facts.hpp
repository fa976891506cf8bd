// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtimes/onnx/network.hpp"
#include "runtimes/onnx/node_graph.hpp"

namespace inferpool::runtimes {

// The network itself does not allow these shapes of its inputs, with any backend.
struct UnfitShapes : NetworkError {
  using NetworkError::NetworkError;
};

inline constexpr std::uint64_t kInt64Type = 7;  // TensorProto.DataType

// What is known about a value before the network runs.
struct PlannedValue {
  std::uint64_t type = 0;  // TensorProto.DataType
  Sizes sizes = {};
  const StoredTensor* constant = nullptr;  // if it is in the file
  std::optional<Sizes> whole = {};         // the elements of small whole numbers that are known
  bool follows_shapes = false;             // these elements come from the shapes of inputs
  bool is_input = false;                   // of the network

  [[nodiscard]] bool is_known() const { return constant != nullptr || whole.has_value(); }
};

// How a kernel moves over the axes after the second one. The pads are numbers, whatever auto_pad
// says.
struct Window {
  Sizes kernel, strides, dilations, pads, output;
};

// A node and what is known about its operands. It gives the attributes their meaning, with ONNX's
// defaults.
struct NodeFacts {
  const GraphNode& node;
  std::int64_t opset;
  std::vector<const PlannedValue*> operands;  // null: left out

  [[nodiscard]] bool has(std::size_t position) const;
  [[nodiscard]] const PlannedValue& operand(std::size_t position) const;
  [[nodiscard]] const Sizes& sizes(std::size_t position) const { return operand(position).sizes; }
  [[nodiscard]] std::size_t rank() const { return sizes(0).size(); }

  // The attribute "axis", not negative.
  [[nodiscard]] std::size_t axis() const;
  // The index of an axis, which counts from the end if it is negative. Throws UnfitShapes.
  [[nodiscard]] static std::size_t axis_of(std::int64_t axis, std::size_t rank);
  // Numbers that are an attribute in older opsets and an operand in newer ones; none: left out.
  [[nodiscard]] std::optional<Sizes> list(std::size_t position, std::string_view name) const;
  // The axes of such a list, not negative; all axes if it is left out.
  [[nodiscard]] Sizes axes(std::size_t position) const;
  // The window of a convolution or a pooling.
  [[nodiscard]] Window window() const;
};

[[noreturn]] void unfit(const NodeFacts& facts, std::string_view what);

}  // namespace inferpool::runtimes
