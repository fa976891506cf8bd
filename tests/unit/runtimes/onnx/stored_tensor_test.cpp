// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/stored_tensor.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "catch.hpp"
#include "runtimes/onnx/network.hpp"
#include "unit/runtimes/onnx/built_networks.hpp"

namespace inferpool::test {
namespace {

using runtimes::NetworkError;
using runtimes::read_tensor;
using runtimes::Sizes;
using runtimes::StoredTensor;
using namespace std::string_literals;

constexpr std::uint32_t kDims = 1;
constexpr std::uint32_t kType = 2;
constexpr std::uint32_t kInt32s = 5;
constexpr std::uint32_t kInt64s = 7;
constexpr std::uint32_t kName = 8;
constexpr std::uint32_t kRaw = 9;
constexpr std::uint32_t kDoubles = 10;

// A TensorProto "w" of two elements of this type.
std::string two(std::uint64_t type, const std::string& elements) {
  return number(kDims, 2) + number(kType, type) + text(kName, "w") + elements;
}

std::string complaint(const std::string& message) {
  try {
    static_cast<void>(read_tensor(message));
  } catch (const NetworkError& error) {
    return error.what();
  }
  return "none";
}

TEST_CASE("whole numbers of a constant are as the file has them, in each of its forms") {
  const Sizes wanted{7, -2};
  CHECK(read_tensor(two(7, text(kRaw, "\x07\0\0\0\0\0\0\0\xfe\xff\xff\xff\xff\xff\xff\xff"s)))
            .whole == wanted);
  CHECK(read_tensor(two(6, text(kRaw, "\x07\0\0\0\xfe\xff\xff\xff"s))).whole == wanted);
  const auto minus_two = static_cast<std::uint64_t>(-2);
  CHECK(read_tensor(two(7, text(kInt64s, varint(7) + varint(minus_two)))).whole == wanted);
  CHECK(read_tensor(two(7, number(kInt64s, 7) + number(kInt64s, minus_two))).whole == wanted);
  CHECK(read_tensor(two(6, text(kInt32s, varint(7) + varint(minus_two)))).whole == wanted);
}

TEST_CASE("FP64 is rounded to FP32, from either of its forms") {
  const std::string elements = "\0\0\0\0\0\0\xe0\x3f\0\0\0\0\0\0\xf8\xbf"s;  // 0.5, -1.5
  const std::vector<float> wanted{0.5F, -1.5F};
  CHECK(read_tensor(two(11, text(kRaw, elements))).floats() == wanted);
  CHECK(read_tensor(two(11, text(kDoubles, elements))).floats() == wanted);
}

TEST_CASE("a constant without sizes is one number") {
  const StoredTensor one = read_tensor(number(kType, 7) + text(kName, "w") + number(kInt64s, 3));
  CHECK(one.sizes.empty());
  CHECK(one.whole == Sizes{3});
}

TEST_CASE("elements are counted against the sizes, a part of one as well") {
  CHECK_THAT(complaint(two(7, number(kInt64s, 7))),
             contains("\"w\" of the shape [2] has 1 elements; its shape needs 2"));
  CHECK_THAT(complaint(two(1, text(kRaw, std::string(9, '\0')))), contains("its shape needs 2"));
  CHECK_THAT(complaint(two(1, text(kRaw, std::string(7, '\0')))), contains("its shape needs 2"));
  CHECK(complaint(two(1, text(kRaw, std::string(8, '\0')))) == "none");
  CHECK_THAT(complaint(two(1, "")), contains("has 0 elements"));
}

TEST_CASE("a field that is not known is refused, as it may say that others mean something else") {
  CHECK_THAT(complaint(two(1, text(kRaw, std::string(8, '\0')) + number(30, 1))),
             contains("the constant \"w\" has the field 30"));
}

TEST_CASE("elements of a shape are counted up to what OpenCV counts") {
  CHECK(runtimes::elements_of({}) == 1);
  CHECK(runtimes::elements_of({2, 0, 3}) == 0);
  CHECK(runtimes::elements_of({46340, 46340}) == 2'147'395'600);
  CHECK_THROWS_AS(runtimes::elements_of({46341, 46341}), NetworkError);
  CHECK_THROWS_AS(runtimes::elements_of({std::numeric_limits<std::int64_t>::max(), 2}),
                  NetworkError);
  CHECK_THROWS_AS(runtimes::elements_of({-1}), NetworkError);
  CHECK(runtimes::to_text({1, 3}) == "[1, 3]");
}

}  // namespace
}  // namespace inferpool::test
