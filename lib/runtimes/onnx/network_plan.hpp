// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include <inferpool/shape.hpp>

#include "runtimes/onnx/node_facts.hpp"
#include "runtimes/onnx/tensor_spec.hpp"
#include "runtimes/onnx/trusted_forms.hpp"

namespace inferpool::runtimes {

// A node that the backend computes.
struct PlannedNode {
  const GraphNode* node;
  const TrustedForm* form;
};

// What the backend has to compute for inputs of certain shapes. The pointers point into the graph.
struct NetworkPlan {
  std::vector<PlannedNode> nodes = {};  // without those that make shapes
  std::map<std::string, PlannedValue> values = {};
  // Whether OpenCV, having read the network once, computes each node right for any first size of
  // the inputs.
  bool any_batch = true;

  [[nodiscard]] NodeFacts facts_of(const GraphNode& node, std::int64_t opset) const;
};

// Goes through the nodes: follows the shapes, computes the arithmetic of shapes, and looks up all
// other nodes in the table of trusted forms. Throws NetworkError for a node that is not trusted,
// and UnfitShapes.
[[nodiscard]] NetworkPlan plan_network(const NodeGraph& graph,
                                       const std::vector<TensorSpec>& inputs,
                                       const std::vector<TensorSpec>& outputs,
                                       const std::vector<Shape>& shapes);

}  // namespace inferpool::runtimes
