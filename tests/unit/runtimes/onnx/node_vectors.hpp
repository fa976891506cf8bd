// SPDX-License-Identifier: Apache-2.0
// The vectors of ONNX's own tests, from a Debian package: networks, mostly of one node, each with
// inputs and the right outputs.
#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "runtimes/onnx/network.hpp"

namespace inferpool::test {

// Why there is nothing to compare with.
inline constexpr const char* kNoNodeVectors = "the package libonnx-testdata is not installed";

// Opens a network from a file's bytes.
using OpenNetwork = std::function<std::unique_ptr<runtimes::Network>(const std::string&)>;

struct VectorVerdicts {
  int vectors = 0;   // 0 if the package is missing
  int computed = 0;  // those that some network computes correctly
  int right = 0;     // networks
  // The other networks, by name: the error when they are loaded or run, and what is wrong.
  std::vector<std::string> refused = {}, wrong = {};
};

// Tries all vectors of these kinds, such as "node": each as it is, and with all inputs but one as
// constants of the file, as exporters write weights.
VectorVerdicts verdicts_on(std::initializer_list<const char*> kinds, const OpenNetwork& open);

}  // namespace inferpool::test
