// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <bit>

#include <inferpool/datatype.hpp>

namespace inferpool {
namespace {

struct Entry {
  std::string_view name;
  std::size_t size;
};

// Indexed by the value of Datatype.
constexpr std::array<Entry, 15> kEntries{{{"?", 0},
                                          {"BOOL", 1},
                                          {"UINT8", 1},
                                          {"UINT16", 2},
                                          {"UINT32", 4},
                                          {"UINT64", 8},
                                          {"INT8", 1},
                                          {"INT16", 2},
                                          {"INT32", 4},
                                          {"INT64", 8},
                                          {"FP16", 2},
                                          {"BF16", 2},
                                          {"FP32", 4},
                                          {"FP64", 8},
                                          {"BYTES", 0}}};

const Entry& entry(Datatype datatype) noexcept {
  const auto index = static_cast<std::size_t>(datatype);
  return index < kEntries.size() ? kEntries[index] : kEntries[0];
}

// value / 2^shift, rounded to nearest, ties to even.
constexpr std::uint32_t shift_right_rounded(std::uint32_t value, std::uint32_t shift) noexcept {
  const std::uint32_t below_half = (1U << (shift - 1)) - 1;
  return (value + below_half + ((value >> shift) & 1U)) >> shift;
}

// The bits of some floats.
constexpr std::uint32_t kInfinity = 0x7F80'0000U;
constexpr std::uint32_t kOverflow = 0x4780'0000U;   // 2^16
constexpr std::uint32_t kNormal = 0x3880'0000U;     // 2^-14
constexpr std::uint32_t kUnderflow = 0x3300'0000U;  // 2^-25: half of the smallest subnormal

// Converts the bits of a binary32 to those of a binary16, both without the sign.
constexpr std::uint32_t half_magnitude(std::uint32_t single) noexcept {
  if (single > kInfinity) return 0x7E00U | ((single >> 13) & 0x3FFU);  // stays a NaN, but quiet
  if (single >= kOverflow) return 0x7C00U;
  if (single < kUnderflow) return 0;
  if (single < kNormal) {
    const std::uint32_t mantissa = (single & 0x007F'FFFFU) | 0x0080'0000U;
    return shift_right_rounded(mantissa, 126 - (single >> 23));
  }
  // The exponent's bias goes from 127 to 15; a carry out of the mantissa raises the exponent, up to
  // infinity.
  return shift_right_rounded(single - (112U << 23), 13);
}

}  // namespace

std::string_view name(Datatype datatype) noexcept { return entry(datatype).name; }

std::optional<Datatype> datatype_from_name(std::string_view name) noexcept {
  for (std::size_t value = 1; value < kEntries.size(); ++value) {
    if (kEntries[value].name == name) return static_cast<Datatype>(value);
  }
  return std::nullopt;
}

std::size_t element_size(Datatype datatype) noexcept { return entry(datatype).size; }

Float16 Float16::from(float value) noexcept {
  const auto single = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = (single >> 16) & 0x8000U;
  return {static_cast<std::uint16_t>(sign | half_magnitude(single & 0x7FFF'FFFFU))};
}

float Float16::to_float() const noexcept {
  const std::uint32_t sign = (bits & 0x8000U) << 16;
  const std::uint32_t exponent = (bits >> 10) & 0x1FU;
  const std::uint32_t mantissa = bits & 0x3FFU;
  if (exponent == 0) {
    const float magnitude = static_cast<float>(mantissa) * 0x1p-24F;
    return std::bit_cast<float>(sign | std::bit_cast<std::uint32_t>(magnitude));
  }
  const std::uint32_t rebiased = exponent == 0x1FU ? 0xFFU : exponent + 112;
  return std::bit_cast<float>(sign | (rebiased << 23) | (mantissa << 13));
}

BFloat16 BFloat16::from(float value) noexcept {
  const auto single = std::bit_cast<std::uint32_t>(value);
  const bool nan = (single & 0x7FFF'FFFFU) > 0x7F80'0000U;
  if (nan) return {static_cast<std::uint16_t>((single >> 16) | 0x40U)};
  const std::uint32_t rounded = single + 0x7FFFU + ((single >> 16) & 1U);
  return {static_cast<std::uint16_t>(rounded >> 16)};
}

float BFloat16::to_float() const noexcept {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

}  // namespace inferpool
