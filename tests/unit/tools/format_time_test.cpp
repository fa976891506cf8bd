// SPDX-License-Identifier: Apache-2.0
#include "tools/format_time.hpp"

#include "catch.hpp"

namespace inferpool::test {
namespace {

using namespace tools;

TEST_CASE("times are read in the unit that suits them") {
  CHECK(format_time(0) == "0 ns");
  CHECK(format_time(850e-9) == "850 ns");
  CHECK(format_time(999.6e-9) == "1.0 us");
  CHECK(format_time(1.23e-6) == "1.2 us");
  CHECK(format_time(34.4e-6) == "34 us");
  CHECK(format_time(1.5e-3) == "1.5 ms");
  CHECK(format_time(0.25) == "250 ms");
  CHECK(format_time(2) == "2.0 s");
  CHECK(format_time(90) == "90 s");
}

}  // namespace
}  // namespace inferpool::test
