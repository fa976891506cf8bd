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

// What an ONNX file says about its network, without the weights and what the nodes do.
struct Graph {
  std::vector<TensorSpec> inputs = {};  // without inputs that have a value in the file
  std::vector<TensorSpec> outputs = {};
  std::vector<Node> nodes = {};
};

// Reads the bytes of an untrusted ONNX file. Throws NetworkError that says what is wrong with them,
// and for inputs and outputs that are not tensors. With `others`, such outputs are added there
// instead; it throws only if no output is a tensor.
[[nodiscard]] Graph read_graph(std::string_view file, std::vector<OtherOutput>* others = nullptr);

}  // namespace inferpool::runtimes
