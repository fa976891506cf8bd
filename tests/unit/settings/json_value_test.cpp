// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <limits>
#include <string>

#include "catch.hpp"
#include "settings/json_value.hpp"

namespace inferpool::settings::json {
namespace {

TEST_CASE("scalars are written as JSON") {
  REQUIRE(write(Value()) == "null");
  REQUIRE(write(make_boolean(true)) == "true");
  REQUIRE(write(make_boolean(false)) == "false");
  REQUIRE(write(make_whole(std::int64_t{-3})) == "-3");
  REQUIRE(write(make_whole(std::numeric_limits<std::uint64_t>::max())) == "18446744073709551615");
}

TEST_CASE("text is written with what JSON needs escaped") {
  REQUIRE(write(make_text("a \"b\" \\ c")) == R"("a \"b\" \\ c")");
  REQUIRE(write(make_text("1\n2\t3\r")) == R"("1\n2\t3\r")");
  REQUIRE(write(make_text(std::string("\0\x1f", 2))) == R"("\u0000\u001f")");
  REQUIRE(write(make_text("größe/量")) == "\"größe/量\"");
}

TEST_CASE("objects and arrays are written in their order, without blanks") {
  Value array;
  array.kind = Value::Kind::kArray;
  array.elements = {make_boolean(true), make_text("x")};
  Value object;
  object.kind = Value::Kind::kObject;
  object.members = {{"name", array}, {"a", Value()}};
  REQUIRE(write(object) == R"({"name":[true,"x"],"a":null})");
}

}  // namespace
}  // namespace inferpool::settings::json
