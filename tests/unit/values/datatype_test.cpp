// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include <inferpool/datatype.hpp>

#include "catch.hpp"

namespace inferpool {
namespace {

TEST_CASE("each datatype has the protocol's name and size") {
  const std::vector<std::pair<std::string_view, std::size_t>> expected{
      {"BOOL", 1}, {"UINT8", 1}, {"UINT16", 2}, {"UINT32", 4}, {"UINT64", 8},
      {"INT8", 1}, {"INT16", 2}, {"INT32", 4},  {"INT64", 8},  {"FP16", 2},
      {"BF16", 2}, {"FP32", 4},  {"FP64", 8},   {"BYTES", 0}};
  for (std::size_t value = 1; value <= expected.size(); ++value) {
    const auto datatype = static_cast<Datatype>(value);
    CAPTURE(expected[value - 1].first);
    REQUIRE(name(datatype) == expected[value - 1].first);
    REQUIRE(element_size(datatype) == expected[value - 1].second);
    REQUIRE(datatype_from_name(expected[value - 1].first) == datatype);
  }
}

TEST_CASE("a value that is not a datatype has the name ? and the size 0") {
  for (const int value : {0, 15, 255}) {
    REQUIRE(name(static_cast<Datatype>(value)) == "?");
    REQUIRE(element_size(static_cast<Datatype>(value)) == 0);
  }
}

TEST_CASE("a name that the protocol does not know is no datatype") {
  for (const std::string_view name : {"", "?", "fp32", "FP32 ", "FLOAT", "FP8"}) {
    CAPTURE(name);
    REQUIRE_FALSE(datatype_from_name(name));
  }
}

TEST_CASE("each C++ element type is as wide as its datatype") {
  STATIC_REQUIRE(datatype_of<float> == Datatype::kFp32);
  STATIC_REQUIRE(datatype_of<bool> == Datatype::kBool);
  STATIC_REQUIRE_FALSE(Element<char>);
  STATIC_REQUIRE_FALSE(Element<long double>);
  REQUIRE(element_size(datatype_of<bool>) == sizeof(bool));
  REQUIRE(element_size(datatype_of<std::int64_t>) == sizeof(std::int64_t));
  REQUIRE(element_size(datatype_of<Float16>) == sizeof(Float16));
  REQUIRE(element_size(datatype_of<BFloat16>) == sizeof(BFloat16));
  REQUIRE(element_size(datatype_of<double>) == sizeof(double));
}

template <typename T>
T with_bits(std::uint32_t bits) {
  return {static_cast<std::uint16_t>(bits)};
}

// Every positive finite value and its successor: the values between them round to the nearer one,
// and the one in the middle to the even one. Negative values do the same. `largest`: the bits of
// the largest finite value.
template <typename T>
void check_rounding(std::uint32_t largest) {
  for (std::uint32_t bits = 0; bits < largest; ++bits) {
    const float low = with_bits<T>(bits).to_float();
    const float high = with_bits<T>(bits + 1).to_float();
    const auto middle =
        static_cast<float>((static_cast<double>(low) + static_cast<double>(high)) / 2);
    const std::uint32_t even = bits % 2 == 0 ? bits : bits + 1;
    const bool right = T::from(low).bits == bits && T::from(middle).bits == even &&
                       T::from(std::nextafter(middle, low)).bits == bits &&
                       T::from(std::nextafter(middle, high)).bits == bits + 1 &&
                       T::from(-middle).bits == (even | 0x8000U);
    if (!right) {
      CAPTURE(bits, low, middle, high);
      REQUIRE(right);
    }
  }
}

TEST_CASE("binary16 rounds to the nearest, ties to even, for every value") {
  check_rounding<Float16>(0x7BFF);
}

TEST_CASE("bfloat16 rounds to the nearest, ties to even, for every value") {
  check_rounding<BFloat16>(0x7F7F);
}

template <typename T>
void check_round_trip(std::uint32_t infinity, std::uint32_t quiet) {
  for (std::uint32_t bits = 0; bits <= 0xFFFF; ++bits) {
    const float value = with_bits<T>(bits).to_float();
    const bool nan = (bits & 0x7FFFU) > infinity;
    const std::uint32_t expected = nan ? bits | quiet : bits;
    const bool right = T::from(value).bits == expected && std::isnan(value) == nan;
    if (!right) {
      CAPTURE(bits, value);
      REQUIRE(right);
    }
  }
}

TEST_CASE(
    "each binary16 value survives the way through a float, and a NaN stays the same NaN, quiet") {
  check_round_trip<Float16>(0x7C00, 0x0200);
}

TEST_CASE(
    "each bfloat16 value survives the way through a float, and a NaN stays the same NaN, quiet") {
  check_round_trip<BFloat16>(0x7F80, 0x0040);
}

TEST_CASE("binary16 has its known values") {
  REQUIRE(Float16::from(1.0F).bits == 0x3C00);
  REQUIRE(Float16::from(-2.0F).bits == 0xC000);
  REQUIRE(Float16::from(65504.0F).bits == 0x7BFF);
  REQUIRE(Float16::from(65519.996F).bits == 0x7BFF);
  REQUIRE(Float16::from(65520.0F).bits == 0x7C00);
  REQUIRE(Float16::from(65536.0F).bits == 0x7C00);
  REQUIRE(Float16::from(std::numeric_limits<float>::max()).bits == 0x7C00);
  REQUIRE(Float16::from(-std::numeric_limits<float>::infinity()).bits == 0xFC00);
  REQUIRE(Float16::from(0x1p-24F).bits == 0x0001);
  REQUIRE(Float16::from(0x1p-25F).bits == 0x0000);
  REQUIRE(Float16::from(0x1.000002p-25F).bits == 0x0001);
  REQUIRE(Float16::from(-0.0F).bits == 0x8000);
  REQUIRE(with_bits<Float16>(0x3555).to_float() == 0.333251953125F);
}

TEST_CASE("bfloat16 has its known values") {
  REQUIRE(BFloat16::from(1.0F).bits == 0x3F80);
  REQUIRE(BFloat16::from(std::numeric_limits<float>::max()).bits == 0x7F80);
  REQUIRE(BFloat16::from(std::numeric_limits<float>::infinity()).bits == 0x7F80);
  REQUIRE(BFloat16::from(std::bit_cast<float>(0x7F80'0001U)).bits == 0x7FC0);
  REQUIRE(with_bits<BFloat16>(0x4049).to_float() == 3.140625F);
}

}  // namespace
}  // namespace inferpool
