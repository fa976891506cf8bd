// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include <inferpool/tensor.hpp>

namespace inferpool::tools {

// Calls visit(std::span<const T>) with the elements of a tensor. T is the type of its datatype:
// std::string_view for BYTES.
template <typename Visit>
decltype(auto) visit_values(const Tensor& tensor, Visit&& visit) {
  switch (tensor.datatype()) {
    case Datatype::kBool:
      return visit(tensor.values<bool>());
    case Datatype::kUint8:
      return visit(tensor.values<std::uint8_t>());
    case Datatype::kUint16:
      return visit(tensor.values<std::uint16_t>());
    case Datatype::kUint32:
      return visit(tensor.values<std::uint32_t>());
    case Datatype::kUint64:
      return visit(tensor.values<std::uint64_t>());
    case Datatype::kInt8:
      return visit(tensor.values<std::int8_t>());
    case Datatype::kInt16:
      return visit(tensor.values<std::int16_t>());
    case Datatype::kInt32:
      return visit(tensor.values<std::int32_t>());
    case Datatype::kInt64:
      return visit(tensor.values<std::int64_t>());
    case Datatype::kFp16:
      return visit(tensor.values<Float16>());
    case Datatype::kBf16:
      return visit(tensor.values<BFloat16>());
    case Datatype::kFp32:
      return visit(tensor.values<float>());
    case Datatype::kFp64:
      return visit(tensor.values<double>());
    case Datatype::kBytes:
      break;
  }
  const std::vector<std::string_view> strings = tensor.strings();
  return visit(std::span<const std::string_view>(strings));
}

// A number that can be printed: the two 16-bit formats become float.
template <typename T>
[[nodiscard]] auto plain_value(const T& value) {
  if constexpr (std::is_same_v<T, Float16> || std::is_same_v<T, BFloat16>) {
    return value.to_float();
  } else {
    return value;
  }
}

}  // namespace inferpool::tools
