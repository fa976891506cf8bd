// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/wire_reader.hpp"

#include <string>
#include <string_view>

#include "catch.hpp"
#include "runtimes/onnx/network.hpp"

namespace inferpool::test {
namespace {

using namespace std::string_view_literals;
using runtimes::NetworkError;
using runtimes::WireReader;

std::string complaint_about(std::string_view message) {
  try {
    for (WireReader reader(message); reader.next();) {
    }
  } catch (const NetworkError& error) {
    return error.what();
  }
  return "none";
}

TEST_CASE("a protobuf message is read field by field") {
  // 1: 300; 2: "abc"; 3: fixed32; 4: fixed64; 200: -1
  constexpr auto kMessage =
      "\x08\xac\x02"
      "\x12\x03"
      "abc"
      "\x1d\x01\x02\x03\x04"
      "\x21\x01\x02\x03\x04\x05\x06\x07\x08"
      "\xc0\x0c\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"sv;
  WireReader reader(kMessage);
  REQUIRE(reader.next());
  CHECK(reader.field() == 1);
  CHECK(reader.number() == 300);
  CHECK(reader.whole() == "\x08\xac\x02");
  CHECK_THROWS_AS(reader.bytes(), NetworkError);
  REQUIRE(reader.next());
  CHECK(reader.field() == 2);
  CHECK(reader.bytes() == "abc");
  CHECK(reader.whole() ==
        "\x12\x03"
        "abc");
  CHECK_THROWS_AS(reader.number(), NetworkError);
  REQUIRE(reader.next());
  CHECK(reader.field() == 3);
  CHECK(reader.whole().size() == 5);
  REQUIRE(reader.next());
  CHECK(reader.field() == 4);
  CHECK(reader.whole().size() == 9);
  REQUIRE(reader.next());
  CHECK(reader.field() == 200);
  CHECK(reader.number() == ~std::uint64_t{0});
  CHECK_FALSE(reader.next());
  CHECK_FALSE(reader.next());
}

TEST_CASE("bytes that are not a protobuf message are refused") {
  CHECK(complaint_about("") == "none");
  CHECK_THAT(complaint_about("\x12\x04"
                             "abc"sv),
             contains("a field needs 4 bytes where 3 are left"));
  CHECK_THAT(complaint_about("\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"sv),
             contains("needs 18446744073709551615 bytes where 0 are left"));
  CHECK_THAT(complaint_about("\x08"sv), contains("cut off"));
  CHECK_THAT(complaint_about("\x08\x80"sv), contains("cut off"));
  CHECK_THAT(complaint_about("\x21\x01"sv), contains("cut off"));
  CHECK_THAT(complaint_about("\x08\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"sv),
             contains("more than 10 bytes"));
  CHECK_THAT(complaint_about("\x00\x01"sv), contains("a field has the number 0"));
  CHECK_THAT(complaint_about("\xf8\xff\xff\xff\x7f\x01"sv), contains("a field has the number"));
  CHECK_THAT(complaint_about("\x0b"sv), contains("the unknown form 3"));
}

}  // namespace
}  // namespace inferpool::test
