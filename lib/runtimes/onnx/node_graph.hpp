// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtimes/onnx/stored_tensor.hpp"

namespace inferpool::runtimes {

struct NodeAttribute {
  std::string name = {};
  std::optional<std::int64_t> number = {};
  std::optional<float> real = {};
  std::optional<std::string> text = {};
  Sizes numbers = {};
  std::optional<StoredTensor> tensor = {};
  bool is_other = false;  // a graph, floats, texts and the like

  // "[1, 2]", "SAME_LOWER"
  [[nodiscard]] std::string value_text() const;
};

struct GraphNode {
  std::string op = {};
  std::string name = {};  // often empty
  std::vector<std::string> inputs = {};
  std::vector<std::string> outputs = {};
  std::vector<NodeAttribute> attributes = {};

  [[nodiscard]] const NodeAttribute* find(std::string_view attribute) const;
  [[nodiscard]] std::int64_t number(std::string_view attribute, std::int64_t otherwise) const;
  [[nodiscard]] Sizes numbers(std::string_view attribute) const;
  [[nodiscard]] std::string text(std::string_view attribute) const;
  // "the node \"scores\" (Gemm)"; with the name of its output if it has none.
  [[nodiscard]] std::string label() const;
};

// The nodes and constants of a network.
struct NodeGraph {
  std::int64_t opset = 0;
  std::vector<GraphNode> nodes = {};
  std::map<std::string, StoredTensor> constants = {};
};

// Reads the bytes of a file, which outlive the result's constants. Throws NetworkError for
// everything that ONNX's format allows and OpenCV does not serve, before OpenCV sees it; the error
// says what it is and what to do. Also throws for names that are made twice or never.
[[nodiscard]] NodeGraph read_node_graph(std::string_view file,
                                        const std::vector<std::string>& inputs,
                                        const std::vector<std::string>& outputs);

}  // namespace inferpool::runtimes
