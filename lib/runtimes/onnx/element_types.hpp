// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <inferpool/datatype.hpp>
#include <inferpool/tensor.hpp>

namespace inferpool::runtimes {

template <typename T>
struct ElementType {
  using type = T;
};

// Calls `visit` with the ElementType of the datatype. For BYTES it returns false without a call.
template <typename Visit>
bool visit_element_type(Datatype datatype, const Visit& visit) {
  switch (datatype) {
    case Datatype::kBool:
      return visit(ElementType<bool>{}), true;
    case Datatype::kUint8:
      return visit(ElementType<std::uint8_t>{}), true;
    case Datatype::kUint16:
      return visit(ElementType<std::uint16_t>{}), true;
    case Datatype::kUint32:
      return visit(ElementType<std::uint32_t>{}), true;
    case Datatype::kUint64:
      return visit(ElementType<std::uint64_t>{}), true;
    case Datatype::kInt8:
      return visit(ElementType<std::int8_t>{}), true;
    case Datatype::kInt16:
      return visit(ElementType<std::int16_t>{}), true;
    case Datatype::kInt32:
      return visit(ElementType<std::int32_t>{}), true;
    case Datatype::kInt64:
      return visit(ElementType<std::int64_t>{}), true;
    case Datatype::kFp16:
      return visit(ElementType<Float16>{}), true;
    case Datatype::kBf16:
      return visit(ElementType<BFloat16>{}), true;
    case Datatype::kFp32:
      return visit(ElementType<float>{}), true;
    case Datatype::kFp64:
      return visit(ElementType<double>{}), true;
    case Datatype::kBytes:
      break;
  }
  return false;
}

// The bytes of a tensor, for writing, as with Tensor::mutable_values; empty for a BYTES tensor.
inline std::span<std::byte> writable_bytes(Tensor& tensor) {
  std::span<std::byte> bytes;
  visit_element_type(tensor.datatype(), [&]<typename T>(ElementType<T>) {
    bytes = std::as_writable_bytes(tensor.mutable_values<T>());
  });
  return bytes;
}

}  // namespace inferpool::runtimes
