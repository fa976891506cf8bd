// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <inferpool/tensor.hpp>

#include "catch.hpp"

namespace inferpool {
namespace {

using test::contains;

std::vector<float> counted(std::size_t size) {
  std::vector<float> values(size);
  for (std::size_t i = 0; i < size; ++i) values[i] = static_cast<float>(i);
  return values;
}

template <typename T>
std::vector<T> list(std::span<const T> values) {
  return {values.begin(), values.end()};
}

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

// A size held inside the tensor, and one held outside.
constexpr std::array<std::int64_t, 2> kSizes{16, 17};

TEST_CASE("a default tensor is FP32 [0]") {
  const Tensor tensor;
  REQUIRE(tensor.datatype() == Datatype::kFp32);
  REQUIRE(tensor.shape() == Shape{0});
  REQUIRE(tensor.bytes().empty());
  REQUIRE(tensor.values<float>().empty());
}

TEST_CASE("a new tensor is zeros of its datatype and shape") {
  const Tensor tensor(Datatype::kInt64, {3, 5});
  REQUIRE(tensor.shape() == Shape{3, 5});
  REQUIRE(list(tensor.values<std::int64_t>()) == std::vector<std::int64_t>(15));
  REQUIRE(list(Tensor(Datatype::kBool, {2}).values<bool>()) == std::vector<bool>(2));
}

TEST_CASE("a new tensor of BYTES is empty strings") {
  const Tensor tensor(Datatype::kBytes, {2, 40});
  REQUIRE(tensor.strings() == std::vector<std::string_view>(80));
}

TEST_CASE("a tensor of a datatype that does not exist is refused") {
  REQUIRE_THROWS_WITH(Tensor(static_cast<Datatype>(99), {1}),
                      contains("invalid_argument: 99 is not a datatype"));
  REQUIRE_THROWS_WITH(Tensor::copy_bytes(static_cast<Datatype>(0), {0}, {}),
                      contains("0 is not a datatype"));
}

TEST_CASE("a tensor whose bytes cannot be counted in 63 bits is refused") {
  const std::int64_t large = std::int64_t{1} << 61;
  REQUIRE_THROWS_WITH(Tensor(Datatype::kFp32, {large}),
                      contains("FP32 [2305843009213693952]") && contains("2^63-1"));
  REQUIRE_THROWS_WITH(Tensor(Datatype::kFp64, {large, 2}), contains("2^63-1"));
  REQUIRE_THROWS_WITH(Tensor(Datatype::kBytes, {large}), contains("2^63-1"));
  REQUIRE_THROWS_WITH(Tensor::borrow_bytes(Datatype::kFp32, {large}, {}), contains("2^63-1"));
}

TEST_CASE("a tensor's bytes are aligned to 64") {
  for (const std::int64_t size : kSizes) {
    const Tensor tensor(Datatype::kFp32, {size});
    REQUIRE(reinterpret_cast<std::uintptr_t>(tensor.bytes().data()) % 64 == 0);
  }
  REQUIRE(reinterpret_cast<std::uintptr_t>(
              std::make_unique<Tensor>(Tensor::scalar(1.0F))->bytes().data()) %
              64 ==
          0);
}

TEST_CASE("from copies the values, so that the source may change") {
  for (const std::int64_t size : kSizes) {
    std::vector<float> values = counted(static_cast<std::size_t>(size));
    const Tensor tensor = Tensor::from(values, {size});
    values.assign(values.size(), -1.0F);
    REQUIRE(list(tensor.values<float>()) == counted(values.size()));
  }
}

TEST_CASE("borrow views the caller's memory, and a small tensor holds a copy") {
  const std::vector<float> values = counted(17);
  REQUIRE(Tensor::borrow(values, {17}).bytes().data() == std::as_bytes(std::span(values)).data());
  const Tensor small = Tensor::borrow(std::span(values).first(16), {4, 4});
  REQUIRE(small.bytes().data() != std::as_bytes(std::span(values)).data());
  REQUIRE(small.values<float>()[15] == 15.0F);
}

TEST_CASE("borrowed bytes that are not aligned to their elements are copied") {
  alignas(8) std::array<std::byte, 129> memory{};
  const Tensor tensor = Tensor::borrow_bytes(Datatype::kFp64, {16}, std::span(memory).subspan(1));
  REQUIRE(tensor.bytes().data() != memory.data() + 1);
  REQUIRE(reinterpret_cast<std::uintptr_t>(tensor.bytes().data()) % 64 == 0);
  REQUIRE(
      Tensor::borrow_bytes(Datatype::kUint8, {128}, std::span(memory).subspan(1)).bytes().data() ==
      memory.data() + 1);
}

TEST_CASE("any contiguous range of elements makes a tensor") {
  const std::array<std::int8_t, 3> array{-1, 0, 1};
  std::vector<double> vector{0.5, 1.5};
  REQUIRE(Tensor::from(array, {3}).datatype() == Datatype::kInt8);
  REQUIRE(Tensor::from(vector, {2, 1}).datatype() == Datatype::kFp64);
  REQUIRE(Tensor::from(std::span<double>(vector), {2}) ==
          Tensor::from(std::span<const double>(vector), {2}));
  REQUIRE(Tensor::borrow(std::span<double>(vector), {2}) == Tensor::borrow(vector, {2}));
}

TEST_CASE("a scalar has rank 0 and one element") {
  const Tensor scalar = Tensor::scalar(std::uint16_t{7});
  REQUIRE(scalar.shape().rank() == 0);
  REQUIRE(list(scalar.values<std::uint16_t>()) == std::vector<std::uint16_t>{7});
  REQUIRE_THROWS_WITH(Tensor::from(std::vector<float>{}, {}),
                      contains("FP32 [] takes 4 bytes; 0 were given"));
}

TEST_CASE("a size that does not match datatype and shape is refused with both sizes") {
  REQUIRE_THROWS_WITH(Tensor::from(counted(63), {1, 64}),
                      contains("invalid_argument: FP32 [1, 64] takes 256 bytes; 252 were given"));
  REQUIRE_THROWS_WITH(Tensor::borrow(counted(65), {1, 64}),
                      contains("takes 256 bytes; 260 were given"));
  REQUIRE_THROWS_WITH(Tensor::copy_bytes(Datatype::kFp16, {2}, bytes_of("abc")),
                      contains("FP16 [2]"));
  REQUIRE_THROWS_WITH(Tensor::from(counted(1), {0}),
                      contains("FP32 [0] takes 0 bytes; 4 were given"));
}

TEST_CASE("a bool that is neither 0 nor 1 is refused with its place") {
  const std::array<std::byte, 3> bytes{std::byte{1}, std::byte{0}, std::byte{2}};
  REQUIRE(
      list(Tensor::copy_bytes(Datatype::kBool, {2}, std::span(bytes).first(2)).values<bool>()) ==
      std::vector<bool>{true, false});
  REQUIRE_THROWS_WITH(Tensor::copy_bytes(Datatype::kBool, {3}, bytes),
                      contains("element 2 is the byte 2; only 0 and 1"));
  REQUIRE_THROWS_WITH(Tensor::borrow_bytes(Datatype::kBool, {3}, bytes), contains("only 0 and 1"));
}

TEST_CASE("values of another datatype are refused with both") {
  Tensor tensor = Tensor::from(counted(4), {2, 2});
  REQUIRE_THROWS_WITH(tensor.values<std::int32_t>(),
                      contains("the tensor is FP32 [2, 2], not INT32"));
  REQUIRE_THROWS_WITH(tensor.mutable_values<double>(), contains("not FP64"));
  REQUIRE_THROWS_WITH(tensor.strings(), contains("not BYTES"));
  const std::array<std::string_view, 1> strings{"a"};
  REQUIRE_THROWS_WITH(Tensor::from_strings(strings).values<std::uint8_t>(),
                      contains("BYTES [1], not UINT8"));
}

TEST_CASE("strings come back as they went in, empty ones and zero bytes too") {
  const std::array<std::string_view, 4> strings{"one", "", std::string_view("a\0b", 3),
                                                "a longer string than the others are"};
  const Tensor tensor = Tensor::from_strings(strings);
  REQUIRE(tensor.datatype() == Datatype::kBytes);
  REQUIRE(tensor.shape() == Shape{4});
  REQUIRE(tensor.bytes().size() == 4 * 4 + 3 + 3 + 35);
  REQUIRE(tensor.strings() == std::vector<std::string_view>(strings.begin(), strings.end()));
  REQUIRE(Tensor::from_strings(strings, {2, 2}).strings() == tensor.strings());
  REQUIRE(Tensor::from_strings({}).shape() == Shape{0});
  REQUIRE(Tensor::copy_bytes(Datatype::kBytes, {4}, tensor.bytes()) == tensor);
}

TEST_CASE("strings that do not fill the shape are refused") {
  const std::array<std::string_view, 3> strings{"a", "b", "c"};
  REQUIRE_THROWS_WITH(Tensor::from_strings(strings, {2, 2}),
                      contains("BYTES [2, 2] takes 4 strings; 3 were given"));
}

TEST_CASE("bytes that are not exactly so many length-prefixed elements are refused") {
  const std::string two("\1\0\0\0x\0\0\0\0", 9);
  REQUIRE(Tensor::copy_bytes(Datatype::kBytes, {2}, bytes_of(two)).strings() ==
          std::vector<std::string_view>{"x", ""});
  REQUIRE_THROWS_WITH(Tensor::copy_bytes(Datatype::kBytes, {1}, bytes_of(two)),
                      contains("BYTES [1]: the 9 bytes"));
  REQUIRE_THROWS_WITH(Tensor::copy_bytes(Datatype::kBytes, {3}, bytes_of(two)),
                      contains("not exactly 3 elements"));
  REQUIRE_THROWS_WITH(Tensor::copy_bytes(Datatype::kBytes, {2}, bytes_of(two.substr(0, 8))),
                      contains("BYTES"));
  REQUIRE_THROWS_WITH(Tensor::copy_bytes(Datatype::kBytes, {1}, bytes_of("\xFF\xFF\xFF\xFFx")),
                      contains("BYTES"));
  REQUIRE_THROWS_WITH(Tensor::copy_bytes(Datatype::kBytes, {std::int64_t{1} << 62}, bytes_of(two)),
                      contains("BYTES"));
}

TEST_CASE("a reshaped tensor shares the bytes in another shape of as many elements") {
  const Tensor tensor = Tensor::from(counted(24), {24});
  const Tensor reshaped = tensor.reshaped({2, 3, 4});
  REQUIRE(reshaped.shape() == Shape{2, 3, 4});
  REQUIRE(reshaped.bytes().data() == tensor.bytes().data());
  REQUIRE(Tensor::scalar(1.0F).reshaped({1, 1}).shape() == Shape{1, 1});
  REQUIRE_THROWS_WITH(tensor.reshaped({5, 5}),
                      contains("FP32 [24] has 24 elements") && contains("[5, 5] of 25"));
}

TEST_CASE("tensors are equal if datatype, shape and bits are") {
  const Tensor tensor = Tensor::from(counted(4), {2, 2});
  REQUIRE(tensor == Tensor::from(counted(4), {2, 2}));
  REQUIRE_FALSE(tensor == Tensor::from(counted(4), {4}));
  REQUIRE_FALSE(tensor == Tensor::copy_bytes(Datatype::kInt32, {2, 2}, tensor.bytes()));
  REQUIRE_FALSE(tensor == Tensor(Datatype::kFp32, {2, 2}));
  REQUIRE_FALSE(Tensor::scalar(0.0F) == Tensor::scalar(-0.0F));
  const float nan = std::numeric_limits<float>::quiet_NaN();
  REQUIRE(Tensor::scalar(nan) == Tensor::scalar(nan));
}

TEST_CASE("a tensor is described by datatype and shape") {
  REQUIRE(to_string(Tensor(Datatype::kBf16, {1, 64})) == "BF16 [1, 64]");
  REQUIRE(to_string(Tensor::scalar(true)) == "BOOL []");
}

}  // namespace
}  // namespace inferpool
