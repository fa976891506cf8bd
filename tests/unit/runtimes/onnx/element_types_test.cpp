// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/element_types.hpp"

#include <cstddef>
#include <type_traits>

#include "catch.hpp"

namespace inferpool::test {
namespace {

using runtimes::ElementType;
using runtimes::visit_element_type;
using runtimes::writable_bytes;

constexpr Datatype kFixedWidth[] = {
    Datatype::kBool, Datatype::kUint8, Datatype::kUint16, Datatype::kUint32, Datatype::kUint64,
    Datatype::kInt8, Datatype::kInt16, Datatype::kInt32,  Datatype::kInt64,  Datatype::kFp16,
    Datatype::kBf16, Datatype::kFp32,  Datatype::kFp64};

TEST_CASE("a datatype is visited once, as the type of its elements") {
  for (const Datatype datatype : kFixedWidth) {
    CAPTURE(name(datatype));
    int visits = 0;
    CHECK(visit_element_type(datatype, [&]<typename T>(ElementType<T>) {
      ++visits;
      CHECK(datatype_of<T> == datatype);
    }));
    CHECK(visits == 1);
  }
}

TEST_CASE("BYTES, whose elements have no type of their own, are not visited") {
  CHECK_FALSE(visit_element_type(Datatype::kBytes, [](auto) { FAIL("it was visited"); }));
}

TEST_CASE("the writable bytes of a tensor are its own, all of them") {
  for (const Datatype datatype : kFixedWidth) {
    CAPTURE(name(datatype));
    Tensor tensor(datatype, {2, 20});
    const Tensor copy = tensor;  // NOLINT: it must not change with the tensor
    const std::span<std::byte> bytes = writable_bytes(tensor);
    REQUIRE(bytes.size() == 40 * element_size(datatype));
    CHECK(bytes.data() == tensor.bytes().data());
    bytes.back() = std::byte{1};
    CHECK(tensor.bytes().back() == std::byte{1});
    CHECK(copy.bytes().back() == std::byte{0});
  }
  Tensor texts(Datatype::kBytes, {3});
  CHECK(writable_bytes(texts).empty());
}

}  // namespace
}  // namespace inferpool::test
