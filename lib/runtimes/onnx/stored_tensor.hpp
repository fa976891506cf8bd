// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace inferpool::runtimes {

using Sizes = std::vector<std::int64_t>;

// The values of TensorProto.DataType that constants may have here.
enum class OnnxType : std::uint8_t {
  kFp32 = 1,
  kInt32 = 6,
  kInt64 = 7,
  kFp16 = 10,
  kFp64 = 11,
  kBf16 = 16
};

[[nodiscard]] constexpr bool is_float(std::uint64_t type) {
  return type == 1 || type == 10 || type == 11 || type == 16;
}

// A constant of an ONNX file: an initializer, or the value of a node "Constant".
struct StoredTensor {
  std::string name = {};
  std::uint64_t type = 0;  // one of OnnxType
  Sizes sizes = {};
  std::vector<std::int64_t> whole = {};  // all elements of INT32 and INT64
  std::string_view packed = {};          // else the elements as little-endian bytes,
  std::vector<float> unpacked = {};      // or as numbers if the file has no such bytes

  // Elements of a floating-point type as FP32: FP16 and BF16 exactly, FP64 rounded to nearest.
  [[nodiscard]] std::vector<float> floats() const;
};

// "[1, 3, 1, 1]"
[[nodiscard]] std::string to_text(const Sizes& sizes);
// The number of elements, at most 2^31 - 1; throws NetworkError for more.
[[nodiscard]] std::int64_t elements_of(const Sizes& sizes);

// Reads a message TensorProto, whose bytes outlive the result. Throws NetworkError, with the name,
// for tensors that are not passed to OpenCV: weights in another file, other datatypes, no elements,
// or another number of elements than the sizes say.
[[nodiscard]] StoredTensor read_tensor(std::string_view message);

}  // namespace inferpool::runtimes
