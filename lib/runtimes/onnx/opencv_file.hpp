// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "runtimes/onnx/network_plan.hpp"

namespace inferpool::runtimes {

// A network as it is given to OpenCV.
struct OpencvFile {
  std::string bytes = {};
  std::vector<std::string> inputs = {};  // the names in `bytes`, in the order of the network
  std::vector<std::string> outputs = {};
  bool fuse = true;  // see may_fuse
};

// Writes the planned nodes in one form for each meaning: defaults, pads and axes as numbers, lists
// as attributes, Gemm with transB and without alpha and beta, nodes that only change the shape as
// Reshape, constants as FP32 and with one size per channel. So OpenCV's importer sees few forms,
// and none in which it differs from ONNX. Values are numbered, since names confuse it, too: the
// outputs of node k are called "v<k>" (the first) and "v<k>_<i>".
//
// With `free_batch` the first size of each input is free; all other sizes are those of the plan.
[[nodiscard]] OpencvFile opencv_file(const NodeGraph& graph, const NetworkPlan& plan,
                                     const std::vector<TensorSpec>& inputs,
                                     const std::vector<TensorSpec>& outputs, bool free_batch);

// The planned node that became this layer of OpenCV; null if there is none.
[[nodiscard]] const GraphNode* node_of_layer(const NetworkPlan& plan, const std::string& layer);

}  // namespace inferpool::runtimes
