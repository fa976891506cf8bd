// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <optional>
#include <string>

#include "catch.hpp"
#include "settings/duration.hpp"

namespace inferpool {
namespace {

using std::chrono::duration_cast;
using namespace std::chrono_literals;

TEST_CASE("a duration is read in each of its units") {
  REQUIRE(settings::parse_duration("10ns") == 10ns);
  REQUIRE(settings::parse_duration("50us") == 50us);
  REQUIRE(settings::parse_duration("250ms") == 250ms);
  REQUIRE(settings::parse_duration("2s") == 2s);
  REQUIRE(settings::parse_duration("2min") == 2min);
  REQUIRE(settings::parse_duration("1h") == 1h);
}

TEST_CASE("a number without a unit is a duration in seconds") {
  REQUIRE(settings::parse_duration("2") == 2s);
  REQUIRE(settings::parse_duration("0.25") == 250ms);
  REQUIRE(settings::parse_duration("1e-3") == 1ms);
  REQUIRE(settings::parse_duration("-1") == -1s);
}

TEST_CASE("a fraction of a unit is rounded to the nearest nanosecond") {
  REQUIRE(settings::parse_duration("1.5s") == 1500ms);
  REQUIRE(settings::parse_duration("0.1us") == 100ns);
  REQUIRE(settings::parse_duration("1.5min") == 90s);
  REQUIRE(settings::parse_duration("0.6ns") == 1ns);
  REQUIRE(settings::parse_duration("0.1h") == 6min);
}

TEST_CASE("whole durations are exact where a floating-point number would not be") {
  REQUIRE(settings::parse_duration("9007199254740993ns") == Duration(9007199254740993));
  REQUIRE(settings::parse_duration("315360000000000001ns") == Duration(315360000000000001));
}

TEST_CASE("text that is not a duration is refused") {
  for (const char* text :
       {"",     " ",   "abc",   "s",   "2 s", " 2s",  "2s ",  "2S",      "2sec", "2d", "1,5s",
        "--1s", "+2s", "0x10s", "nan", "inf", "-inf", "nans", "1h30min", "2s3",  "."}) {
    CAPTURE(text);
    REQUIRE(settings::parse_duration(text) == std::nullopt);
  }
}

TEST_CASE("a duration that does not fit is refused") {
  REQUIRE(settings::parse_duration("9223372036854775807ns") == Duration::max());
  for (const char* text :
       {"9223372036854775808ns", "1e10", "1e300", "1e999", "9999999999999999999h",
        "9999999999999999999999ns", "3000000h", "-1e10s"}) {
    CAPTURE(text);
    REQUIRE(settings::parse_duration(text) == std::nullopt);
  }
}

TEST_CASE("a duration is printed in the largest unit that is exact") {
  REQUIRE(settings::print_duration(0ns) == "0s");
  REQUIRE(settings::print_duration(10ns) == "10ns");
  REQUIRE(settings::print_duration(1500ms) == "1500ms");
  REQUIRE(settings::print_duration(120s) == "2min");
  REQUIRE(settings::print_duration(3h) == "3h");
  REQUIRE(settings::print_duration(-50us) == "-50us");
}

TEST_CASE("a printed duration is read back as it was") {
  for (const Duration duration :
       {Duration(0), Duration(1), Duration(-1), Duration(999'999'999), Duration(1'000'000'001),
        Duration(90s), Duration::max(), Duration::min(), Duration(87600h)}) {
    REQUIRE(settings::parse_duration(settings::print_duration(duration)) == duration);
  }
}

}  // namespace
}  // namespace inferpool
