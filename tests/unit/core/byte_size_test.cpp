// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <limits>
#include <optional>

#include "catch.hpp"
#include "core/byte_size.hpp"

namespace inferpool {
namespace {

TEST_CASE("a byte size is read in each of its units") {
  REQUIRE(core::parse_byte_size("0") == 0);
  REQUIRE(core::parse_byte_size("65536") == 65536);
  REQUIRE(core::parse_byte_size("4KiB") == 4096);
  REQUIRE(core::parse_byte_size("64MiB") == 67108864);
  REQUIRE(core::parse_byte_size("2GiB") == 2147483648);
  REQUIRE(core::parse_byte_size("1TiB") == 1099511627776);
}

TEST_CASE("text that is not a byte size is refused") {
  for (const char* text : {"", " ", "abc", "MiB", "-1", "-1MiB", "+1", "1.5GiB", "64MB", "64M",
                           "64mib", "64 MiB", " 64MiB", "64MiB ", "1e9", "0x10"}) {
    CAPTURE(text);
    REQUIRE(core::parse_byte_size(text) == std::nullopt);
  }
}

TEST_CASE("a byte size that does not fit is refused") {
  REQUIRE(core::parse_byte_size("18446744073709551615") ==
          std::numeric_limits<std::uint64_t>::max());
  for (const char* text : {"18446744073709551616", "16777216TiB", "99999999999999999999MiB"}) {
    CAPTURE(text);
    REQUIRE(core::parse_byte_size(text) == std::nullopt);
  }
}

TEST_CASE("a byte size is printed in the largest unit that is exact, and read back as it was") {
  REQUIRE(core::print_byte_size(0) == "0");
  REQUIRE(core::print_byte_size(1000) == "1000");
  REQUIRE(core::print_byte_size(64 * core::kKiB) == "64KiB");
  REQUIRE(core::print_byte_size(1536 * core::kMiB) == "1536MiB");
  REQUIRE(core::print_byte_size(2 * core::kTiB) == "2TiB");
  for (const std::uint64_t bytes : {std::uint64_t{1}, core::kKiB, core::kMiB + 1, 3 * core::kGiB,
                                    core::kTiB, std::numeric_limits<std::uint64_t>::max()}) {
    REQUIRE(core::parse_byte_size(core::print_byte_size(bytes)) == bytes);
  }
}

}  // namespace
}  // namespace inferpool
