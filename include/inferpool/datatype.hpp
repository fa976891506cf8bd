// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>

namespace inferpool {

// The datatypes of the Open Inference Protocol V2. The values are part of the wire format.
enum class Datatype : std::uint8_t {
  kBool = 1,
  kUint8 = 2,
  kUint16 = 3,
  kUint32 = 4,
  kUint64 = 5,
  kInt8 = 6,
  kInt16 = 7,
  kInt32 = 8,
  kInt64 = 9,
  kFp16 = 10,
  kBf16 = 11,
  kFp32 = 12,
  kFp64 = 13,
  kBytes = 14,  // each element: a little-endian uint32 length, then that many bytes
};

// The protocol's name: "FP32". "?" for any other value.
[[nodiscard]] std::string_view name(Datatype datatype) noexcept;

// The datatype with that name, or none.
[[nodiscard]] std::optional<Datatype> datatype_from_name(std::string_view name) noexcept;

// Bytes of one element; 0 for BYTES, whose elements differ.
[[nodiscard]] std::size_t element_size(Datatype datatype) noexcept;

// IEEE binary16 and bfloat16 as raw bits, with conversions (round to nearest even).
struct Float16 {
  std::uint16_t bits = 0;
  [[nodiscard]] static Float16 from(float value) noexcept;
  [[nodiscard]] float to_float() const noexcept;
  bool operator==(const Float16&) const = default;
};

struct BFloat16 {
  std::uint16_t bits = 0;
  [[nodiscard]] static BFloat16 from(float value) noexcept;
  [[nodiscard]] float to_float() const noexcept;
  bool operator==(const BFloat16&) const = default;
};

namespace detail {

template <Datatype datatype>
using Is = std::integral_constant<Datatype, datatype>;

template <typename T>
struct DatatypeOf;
template <>
struct DatatypeOf<bool> : Is<Datatype::kBool> {};
template <>
struct DatatypeOf<std::uint8_t> : Is<Datatype::kUint8> {};
template <>
struct DatatypeOf<std::uint16_t> : Is<Datatype::kUint16> {};
template <>
struct DatatypeOf<std::uint32_t> : Is<Datatype::kUint32> {};
template <>
struct DatatypeOf<std::uint64_t> : Is<Datatype::kUint64> {};
template <>
struct DatatypeOf<std::int8_t> : Is<Datatype::kInt8> {};
template <>
struct DatatypeOf<std::int16_t> : Is<Datatype::kInt16> {};
template <>
struct DatatypeOf<std::int32_t> : Is<Datatype::kInt32> {};
template <>
struct DatatypeOf<std::int64_t> : Is<Datatype::kInt64> {};
template <>
struct DatatypeOf<Float16> : Is<Datatype::kFp16> {};
template <>
struct DatatypeOf<BFloat16> : Is<Datatype::kBf16> {};
template <>
struct DatatypeOf<float> : Is<Datatype::kFp32> {};
template <>
struct DatatypeOf<double> : Is<Datatype::kFp64> {};

}  // namespace detail

// A C++ type that is the element of a fixed-width datatype.
template <typename T>
concept Element = requires {
  detail::DatatypeOf<T>::value;
};

template <Element T>
inline constexpr Datatype datatype_of = detail::DatatypeOf<T>::value;

}  // namespace inferpool
