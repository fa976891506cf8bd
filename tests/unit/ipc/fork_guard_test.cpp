// SPDX-License-Identifier: Apache-2.0
#include "pool/fork_guard.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include "catch.hpp"

namespace inferpool::pool {
namespace {

TEST_CASE("a guard knows the process that made it from a fork of it") {
  const ForkGuard guard;
  CHECK_FALSE(guard.in_child());
  const pid_t child = fork();
  if (child == 0) _exit(guard.in_child() ? 42 : 1);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WEXITSTATUS(status) == 42);
  CHECK_FALSE(guard.in_child());
}

}  // namespace
}  // namespace inferpool::pool
