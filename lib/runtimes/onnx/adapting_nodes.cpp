// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/adapting_nodes.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace inferpool::runtimes {
namespace {

// Those whose outputs follow from the shapes of their inputs at each run. Not here, for example:
// Shape, Reshape, Expand, Slice, Resize, Squeeze, Transpose, ReduceMean, LSTM.
constexpr std::array<std::string_view, 27> kAdapting{
    "Add",         "ArgMax",   "AveragePool",   "BatchNormalization",
    "Clip",        "Concat",   "Conv",          "Dropout",
    "Elu",         "Flatten",  "Gemm",          "GlobalAveragePool",
    "HardSigmoid", "Identity", "GlobalMaxPool", "LeakyRelu",
    "LogSoftmax",  "MatMul",   "MaxPool",       "Mul",
    "PRelu",       "Relu",     "Sigmoid",       "Softmax",
    "Softplus",    "Tanh",     "HardSwish"};

bool adapts(const Node& node) { return std::ranges::find(kAdapting, node.op) != kAdapting.end(); }

}  // namespace

bool adapts_to_batch(const Graph& graph) {
  std::size_t free_inputs = 0;
  std::string symbol;
  bool same = true;
  for (const TensorSpec& input : graph.inputs) {
    if (!input.dimensions) return false;
    for (std::size_t axis = 0; axis < input.dimensions->size(); ++axis) {
      const Dimension& dimension = (*input.dimensions)[axis];
      if (dimension.size) continue;
      if (axis > 0) return false;
      if (free_inputs++ == 0) symbol = dimension.symbol;
      same = same && !dimension.symbol.empty() && dimension.symbol == symbol;
    }
  }
  if (free_inputs == 0) return true;
  return (free_inputs == 1 || same) && std::ranges::all_of(graph.nodes, adapts);
}

}  // namespace inferpool::runtimes
