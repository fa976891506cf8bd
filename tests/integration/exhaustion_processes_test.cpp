// SPDX-License-Identifier: Apache-2.0
// A host of an ordinary user, and its workers, may make no further process or thread.
#include "catch.hpp"
#include "integration/limited_host.hpp"
#include "skipped.hpp"

using namespace inferpool::test;

namespace {

bool skipped(const std::vector<std::string>& lines) {
  if (lines.size() != 1 || !lines[0].starts_with("skipped")) return false;
  skip(lines[0].substr(lines[0].find(' ') + 1));
  return true;
}

}  // namespace

TEST_CASE(
    "However few processes and threads the user may have, a pool starts or says which limit to "
    "raise, and leaves nothing") {
  const auto lines = limited_host("start");
  if (skipped(lines)) return;
  // The pool has two threads, and each worker has two.
  REQUIRE(lines.size() == 2 + 2 * 2 + 1);
  for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
    CAPTURE(i);
    CHECK_THAT(lines[i], contains("clean startup_failed: ") && contains("RLIMIT_NPROC"));
    CHECK(lines[i].starts_with("clean"));
  }
  CHECK(lines.back() == "clean ok");
}

TEST_CASE(
    "A worker that dies while no process can be made is replaced once one can, and calls get typed "
    "errors meanwhile") {
  const auto lines = limited_host("restart");
  if (skipped(lines)) return;
  REQUIRE(lines.size() >= 5);
  for (std::size_t i = 0; i + 2 < lines.size(); ++i)
    CHECK_THAT(lines[i], contains("failed startup_failed: ") && contains("fork: ") &&
                             contains("RLIMIT_NPROC"));
  CHECK_THAT(lines[lines.size() - 2], contains("call unavailable: ") && contains("RLIMIT_NPROC"));
  CHECK(lines.back() == "again ok");
}

TEST_CASE("An asynchronous call for which no thread can be made is refused, until one can") {
  const auto lines = limited_host("async");
  if (skipped(lines)) return;
  REQUIRE(lines.size() == 4);
  for (const std::size_t i : {0U, 1U})
    CHECK_THAT(lines[i], contains("async unavailable: ") && contains("RLIMIT_NPROC"));
  CHECK(lines[2] == "call ok");
  CHECK(lines[3] == "again ok");
}

TEST_CASE("A worker that may not have its serving threads does not start, and says so") {
  const auto lines = limited_host("concurrency");
  if (skipped(lines)) return;
  REQUIRE(lines.size() == 5);
  for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
    CAPTURE(i);
    CHECK_THAT(lines[i], contains("startup_failed: ") && contains("RLIMIT_NPROC"));
  }
  for (const std::size_t i : {1U, 2U, 3U})
    CHECK_THAT(lines[i], contains("thread " + std::to_string(i + 1) + " of concurrency = 4"));
  CHECK(lines.back() == "ok");
}
