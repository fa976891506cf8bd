// SPDX-License-Identifier: Apache-2.0
#include "tools/run/array_values.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "catch.hpp"

namespace inferpool::test {
namespace {

using tools::plain_value;
using tools::visit_values;

// The size of the elements that are visited; 0 for strings.
std::size_t size_of_visited(const Tensor& tensor) {
  return visit_values(tensor, []<typename T>(std::span<const T> values) -> std::size_t {
    CHECK(values.size() == 3);
    if constexpr (std::is_same_v<T, std::string_view>) return 0;
    return sizeof(T);
  });
}

TEST_CASE("the elements of a tensor are visited in the type of its datatype") {
  for (const Datatype datatype :
       {Datatype::kBool, Datatype::kUint8, Datatype::kUint16, Datatype::kUint32, Datatype::kUint64,
        Datatype::kInt8, Datatype::kInt16, Datatype::kInt32, Datatype::kInt64, Datatype::kFp16,
        Datatype::kBf16, Datatype::kFp32, Datatype::kFp64}) {
    CAPTURE(name(datatype));
    CHECK(size_of_visited(Tensor(datatype, {3})) == element_size(datatype));
  }
}

TEST_CASE("the elements of BYTES are visited as texts") {
  constexpr std::array<std::string_view, 3> kTexts{"a", "", std::string_view("b\0c", 3)};
  const Tensor tensor = Tensor::from_strings(kTexts);
  CHECK(size_of_visited(tensor) == 0);
  std::vector<std::string_view> visited;
  visit_values(tensor, [&]<typename T>(std::span<const T> values) {
    if constexpr (std::is_same_v<T, std::string_view>) visited.assign(values.begin(), values.end());
  });
  CHECK(visited == std::vector<std::string_view>(kTexts.begin(), kTexts.end()));
}

TEST_CASE("a number of 16 bits becomes a float that can be printed, any other stays as it is") {
  CHECK(plain_value(Float16::from(0.5F)) == 0.5F);
  CHECK(plain_value(BFloat16::from(-2.0F)) == -2.0F);
  CHECK(plain_value(std::int64_t{-7}) == -7);
  STATIC_REQUIRE(std::is_same_v<decltype(plain_value(1.5)), double>);
}

}  // namespace
}  // namespace inferpool::test
