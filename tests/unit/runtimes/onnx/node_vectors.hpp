// SPDX-License-Identifier: Apache-2.0
// The vectors of ONNX's own tests, as a Debian package brings them: networks, mostly of one node,
// each with inputs and with the outputs that are right.
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

// Opens a network of a file's bytes.
using OpenNetwork = std::function<std::unique_ptr<runtimes::Network>(const std::string&)>;

struct VectorVerdicts {
  int vectors = 0;   // 0 where the package is not there
  int computed = 0;  // those of which a network is right
  int right = 0;     // networks
  // The others, with their names: what is said when they are loaded or asked, and what is wrong.
  std::vector<std::string> refused = {}, wrong = {};
};

// On all vectors of these kinds, such as "node". Each is tried as it is and, as exporters write
// weights, with all inputs but one as constants of the file.
VectorVerdicts verdicts_on(std::initializer_list<const char*> kinds, const OpenNetwork& open);

}  // namespace inferpool::test
