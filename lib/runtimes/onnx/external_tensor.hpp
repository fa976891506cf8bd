// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace inferpool::runtimes {

// The fields of ONNX's TensorProto that say where its elements are.
namespace onnx {
enum ExternalField : std::uint32_t {
  kTensorDims = 1,
  kTensorType = 2,
  kTensorName = 8,
  kTensorRaw = 9,
  kTensorExternalData = 13,
  kTensorLocation = 14,
};
}  // namespace onnx

// A tensor whose elements are in a file beside the network ("external data" in ONNX's terms).
struct ExternalTensor {
  std::string name = {};
  std::string location = {};  // of the file, as written in the network
  std::uint64_t offset = 0;
  std::uint64_t length = 0;  // in bytes, from the offset
};

// Reads the bytes of an untrusted TensorProto; none if its elements are inside. Throws NetworkError
// that names the tensor if its fields contradict each other.
[[nodiscard]] std::optional<ExternalTensor> read_external_tensor(std::string_view message);

}  // namespace inferpool::runtimes
