// SPDX-License-Identifier: Apache-2.0
// Whether OpenCV computes a random network correctly, or refuses it.
#pragma once

#include <string>

#include "unit/runtimes/onnx/random_graph.hpp"

namespace inferpool::test {

struct Verdict {
  enum Kind { kRight, kRefused, kWrong } kind;
  std::string text = {};  // why; for kWrong with the network
};

// Opens the network and runs it with batches of 1, 3, 2, the number of channels, 1 and 5. Compares
// each value with the reference.
Verdict verdict_on(RandomGraph& graph);

}  // namespace inferpool::test
