// SPDX-License-Identifier: Apache-2.0
#include "process/exit_status.hpp"

#include <csignal>

#include "catch.hpp"

namespace inferpool::process {
namespace {

TEST_CASE("an end by a signal is reported with its number and its name") {
  REQUIRE(to_string({.signal = SIGKILL}) == "was killed by signal 9 (SIGKILL)");
  REQUIRE(to_string({.signal = SIGSEGV}) == "was killed by signal 11 (SIGSEGV)");
}

TEST_CASE("an end by a signal without a name is reported with its number") {
  REQUIRE_THAT(to_string({.signal = 64}), test::contains("was killed by signal 64"));
}

TEST_CASE("an end by exit is reported with its status") {
  REQUIRE(to_string({.code = 0}) == "exited with status 0");
  REQUIRE(to_string({.code = 255}) == "exited with status 255");
}

TEST_CASE("an end whose status somebody else took is reported as such") {
  REQUIRE(to_string(ExitStatus{}) == "ended (its status was taken by another part of the host)");
}

}  // namespace
}  // namespace inferpool::process
