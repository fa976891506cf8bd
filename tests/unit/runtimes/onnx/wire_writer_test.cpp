// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/wire_writer.hpp"

#include <cstring>
#include <limits>
#include <string>

#include "catch.hpp"
#include "runtimes/onnx/wire_reader.hpp"

namespace inferpool::test {
namespace {

using runtimes::WireReader;
using runtimes::WireWriter;
using namespace std::string_literals;

TEST_CASE("fields are protobuf's, byte for byte") {
  WireWriter writer;
  writer.number(1, 150);
  writer.bytes(2, "ab");
  writer.real(3, 1.0F);
  CHECK(writer.message() == "\x08\x96\x01\x12\x02"s + "ab" + "\x1d\0\0\x80\x3f"s);
}

TEST_CASE("what is written is read again, for fields and numbers of any size") {
  constexpr std::int64_t kNumbers[] = {0,
                                       1,
                                       127,
                                       128,
                                       -1,
                                       std::numeric_limits<std::int64_t>::max(),
                                       std::numeric_limits<std::int64_t>::min()};
  WireWriter writer;
  for (const std::int64_t number : kNumbers) writer.number(536'870'911, number);
  writer.bytes(16, std::string(300, 'x'));
  WireReader reader(writer.message());
  for (const std::int64_t number : kNumbers) {
    REQUIRE(reader.next());
    CHECK(reader.field() == 536'870'911U);
    CHECK(static_cast<std::int64_t>(reader.number()) == number);
  }
  REQUIRE(reader.next());
  CHECK(reader.field() == 16U);
  CHECK(reader.bytes() == std::string(300, 'x'));
  CHECK_FALSE(reader.next());
}

}  // namespace
}  // namespace inferpool::test
