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

// The network itself does not allow these shapes of its inputs, whatever computes it.
struct UnfitShapes : NetworkError {
  using NetworkError::NetworkError;
};

// What is known of a value before the network runs.
struct PlannedValue {
  std::uint64_t type = 0;  // TensorProto.DataType
  Sizes sizes = {};
  const StoredTensor* constant = nullptr;  // for one that is in the file
  std::optional<Sizes> whole = {};         // the elements of small whole numbers that are known
  bool follows_shapes = false;             // these elements come from the shapes of inputs
  bool is_input = false;                   // of the network

  [[nodiscard]] bool is_known() const { return constant != nullptr || whole.has_value(); }
};

// How a kernel goes over the axes behind the second one; pads as numbers, whatever auto_pad is.
struct Window {
  Sizes kernel, strides, dilations, pads, output;
};

// A node with what is known of its operands: what its attributes mean, with ONNX's defaults.
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
  // One that counts from the end where it is negative. Throws UnfitShapes.
  [[nodiscard]] static std::size_t axis_of(std::int64_t axis, std::size_t rank);
  // Numbers that are an attribute in older opsets and an operand in newer ones; none: left out.
  [[nodiscard]] std::optional<Sizes> list(std::size_t position, std::string_view name) const;
  // Axes of such a list, not negative; all of them where it is left out.
  [[nodiscard]] Sizes axes(std::size_t position) const;
  // Of a convolution or a pool.
  [[nodiscard]] Window window() const;
};

[[noreturn]] void unfit(const NodeFacts& facts, std::string_view what);

}  // namespace inferpool::runtimes
