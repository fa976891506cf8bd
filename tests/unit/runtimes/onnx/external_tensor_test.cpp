// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/external_tensor.hpp"

#include "catch.hpp"
#include "runtimes/onnx/network.hpp"
#include "unit/runtimes/onnx/built_networks.hpp"

namespace inferpool::test {
namespace {

using runtimes::NetworkError;
using runtimes::read_external_tensor;

TEST_CASE("a tensor says file, offset and length of its elements", "[W5]") {
  const auto tensor = read_external_tensor(tensor_beside("w", {2, 3}, {"w.bin", "4096", "24"}));
  REQUIRE(tensor);
  CHECK(tensor->name == "w");
  CHECK(tensor->location == "w.bin");
  CHECK(tensor->offset == 4096);
  CHECK(tensor->length == 24);
}

TEST_CASE("a tensor that says no length has that of its shape, packed or not", "[W5]") {
  CHECK(read_external_tensor(tensor_beside("w", {2, 3}, {"w.bin"}))->length == 24);
  CHECK(read_external_tensor(tensor_beside("w", {}, {"w.bin"}))->length == 4);
  CHECK(read_external_tensor(tensor_beside("w", {5, 0}, {"w.bin"}))->length == 0);
  const std::string packed = text(1, varint(300) + varint(2)) + tensor_beside("w", {}, {"w.bin"});
  CHECK(read_external_tensor(packed)->length == 2400);
  // 3 elements of 4 bits are 2 bytes.
  const std::string quarters = number(1, 3) + number(2, 22) + text(8, "q") +
                               text(13, text(1, "location") + text(2, "q.bin")) + number(14, 1);
  CHECK(read_external_tensor(quarters)->length == 2);
}

TEST_CASE("a tensor whose elements are inside the network is not external", "[W5]") {
  CHECK_FALSE(read_external_tensor(number(1, 1) + number(2, 1) + text(8, "w") + text(9, "abcd")));
  CHECK_FALSE(read_external_tensor(tensor_beside("w", {1}, {"w.bin"}) + number(14, 0)));
}

TEST_CASE("what a tensor says of its file has to fit together", "[W5]") {
  const auto complaint = [](const std::string& message) -> std::string {
    try {
      static_cast<void>(read_external_tensor(message));
    } catch (const NetworkError& error) {
      return error.what();
    }
    return "none";
  };
  CHECK(complaint(tensor_beside("w", {2, 3}, {"w.bin", "0", "23"})) ==
        "the weights \"w\" lie in a file beside it, and have 23 bytes there, where their shape "
        "needs 24");
  CHECK_THAT(complaint(tensor_beside("w", {2, 3}, {})), contains("does not say in which"));
  for (const char* bad : {"", "-1", "0x10", "99999999999999999999", "9223372036854775808", "1 "}) {
    CAPTURE(bad);
    CHECK_THAT(complaint(tensor_beside("w", {2, 3}, {"w.bin", bad})),
               contains("their offset is \"" + std::string(bad) + "\"; accepted: a number"));
  }
  constexpr std::int64_t kHuge = std::int64_t{1} << 40;
  CHECK_THAT(complaint(tensor_beside("w", {kHuge, kHuge}, {"w.bin"})),
             contains("more elements than can be counted"));
  CHECK_THAT(complaint(tensor_beside("w", {-1}, {"w.bin"})),
             contains("more elements than can be counted"));
  CHECK_THAT(complaint(tensor_beside("w", {2}, {"w.bin"}) + number(2, 8)),
             contains("the size of their elements (ONNX's number 8) is not known"));
}

}  // namespace
}  // namespace inferpool::test
