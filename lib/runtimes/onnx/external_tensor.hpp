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

// A tensor whose elements lie in a file beside the network ("external data" in ONNX's words).
struct ExternalTensor {
  std::string name = {};
  std::string location = {};  // of the file, as the network says it
  std::uint64_t offset = 0;
  std::uint64_t length = 0;  // in bytes, from the offset
};

// Of the bytes of a TensorProto, which may be anybody's; none where its elements are inside. Throws
// NetworkError that names the tensor, where what it says does not fit together.
[[nodiscard]] std::optional<ExternalTensor> read_external_tensor(std::string_view message);

}  // namespace inferpool::runtimes
