// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtimes/onnx/network.hpp"
#include "runtimes/onnx/tensor_spec.hpp"

namespace inferpool::runtimes {

struct Node {
  std::string op = {};    // "Conv"
  std::string name = {};  // often empty
  std::vector<std::string> outputs = {};
};

// What an ONNX file says of its network, without the weights and what the nodes do.
struct Graph {
  std::vector<TensorSpec> inputs = {};  // without those that have a value in the file
  std::vector<TensorSpec> outputs = {};
  std::vector<Node> nodes = {};
};

// From the bytes of an ONNX file, which may be anybody's. Throws NetworkError that says what is
// wrong with them, and for inputs and outputs that no tensor can be; where `others` is given, such
// outputs are put there instead.
[[nodiscard]] Graph read_graph(std::string_view file, std::vector<OtherOutput>* others = nullptr);

}  // namespace inferpool::runtimes
