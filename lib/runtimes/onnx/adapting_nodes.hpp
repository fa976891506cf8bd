// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtimes/onnx/graph.hpp"

namespace inferpool::runtimes {

// Whether OpenCV, having read this network once, computes it for any batch: the inputs differ in
// one first dimension alone, and no node is of a kind for which OpenCV may fix a shape when it
// reads the file.
[[nodiscard]] bool adapts_to_batch(const Graph& graph);

}  // namespace inferpool::runtimes
