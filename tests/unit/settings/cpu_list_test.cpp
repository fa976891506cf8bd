// SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <vector>

#include "catch.hpp"
#include "settings/cpu_list.hpp"

namespace inferpool {
namespace {

TEST_CASE("a list of CPUs is numbers and ranges with commas between") {
  REQUIRE(settings::parse_cpu_list("5") == std::vector{5});
  REQUIRE(settings::parse_cpu_list("0-3,8") == std::vector{0, 1, 2, 3, 8});
  REQUIRE(settings::parse_cpu_list("7,2-2") == std::vector{7, 2});
  REQUIRE(settings::parse_cpu_list("1023") == std::vector{1023});
}

TEST_CASE("text that is not a list of CPUs is refused") {
  for (const char* text :
       {"",     ",",      "0,", ",0",   "0,,1", "-1",  "1-",  "-",           "3-1",  "0-1-2",
        "1024", "0-1024", "a",  "0 ,1", " 0",   "0x1", "1.5", "99999999999", "0--1", "{index}"}) {
    CAPTURE(text);
    REQUIRE(settings::parse_cpu_list(text) == std::nullopt);
  }
}

}  // namespace
}  // namespace inferpool
