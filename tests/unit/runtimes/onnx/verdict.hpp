// SPDX-License-Identifier: Apache-2.0
// Whether a random network is right by OpenCV, or refused.
#pragma once

#include <string>

#include "unit/runtimes/onnx/random_graph.hpp"

namespace inferpool::test {

struct Verdict {
  enum Kind { kRight, kRefused, kWrong } kind;
  std::string text = {};  // why; for kWrong with the network
};

// Opens the network, and runs it with batches of 1, 3, 2, as many as there are channels, 1 and 5.
// Each value is compared with the reference.
Verdict verdict_on(RandomGraph& graph);

}  // namespace inferpool::test
