// SPDX-License-Identifier: Apache-2.0
#include "measure/number.hpp"

#include "catch.hpp"

namespace bench {
namespace {

TEST_CASE("a number is written with three significant digits") {
  CHECK(number(2.9346) == "2.93");
  CHECK(number(29.346) == "29.3");
  CHECK(number(0.047123) == "0.0471");
  CHECK(number(1.5) == "1.5");
  CHECK(number(0) == "0");
}

TEST_CASE("a large number is written in whole thousands apart") {
  CHECK(number(100) == "100");
  CHECK(number(1234567.8) == "1,234,568");
  CHECK(number(-12345) == "-12,345");
}

}  // namespace
}  // namespace bench
