// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "runtimes/onnx/network_plan.hpp"

namespace inferpool::runtimes {

// A network as OpenCV is given it.
struct OpencvFile {
  std::string bytes = {};
  std::vector<std::string> inputs = {};  // their names there, in the order of the network's
  std::vector<std::string> outputs = {};
  bool fuse = true;  // see may_fuse
};

// Writes the planned nodes in one form for each meaning: defaults, pads and axes as numbers, lists
// as attributes, Gemm with transB and without alpha and beta, what only changes the shape as
// Reshape, constants as FP32 and with one size per channel. So OpenCV's importer meets few forms,
// and none in which it differs from ONNX. Values are numbered, since names confuse it, too: an
// output that is node k's is called "v<k>" (its first) or "v<k>_<i>".
//
// With `free_batch` the first size of each input is free, else all are those of the plan.
[[nodiscard]] OpencvFile opencv_file(const NodeGraph& graph, const NetworkPlan& plan,
                                     const std::vector<TensorSpec>& inputs,
                                     const std::vector<TensorSpec>& outputs, bool free_batch);

// The planned node of which this layer of OpenCV's is made; null where there is none.
[[nodiscard]] const GraphNode* node_of_layer(const NetworkPlan& plan, const std::string& layer);

}  // namespace inferpool::runtimes
