// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/whole_network.hpp"

#include <fmt/format.h>

#include <climits>

#include "runtimes/onnx/file_bytes.hpp"
#include "runtimes/onnx/inlined_weights.hpp"
#include "runtimes/onnx/network.hpp"

namespace inferpool::runtimes {

std::string whole_network(const std::filesystem::path& file) {
  std::string bytes = file_bytes(file);
  const InlinedWeights weights(bytes, file);
  if (!weights.any()) return bytes;
  if (weights.size() > INT_MAX) {
    throw NetworkError(fmt::format(
        "with the weights that lie beside it, it has {} bytes; accepted: up to {} (ONNX Runtime "
        "takes more)",
        weights.size(), INT_MAX));
  }
  return weights.bytes();
}

}  // namespace inferpool::runtimes
