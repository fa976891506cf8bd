// SPDX-License-Identifier: Apache-2.0
#include "process/child.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "catch.hpp"

namespace inferpool::process {
namespace {

Child forked(void (*run)()) {
  const pid_t pid = fork();
  if (pid == 0) {
    run();
    _exit(0);
  }
  return Child(pid);
}

ExitStatus wait_for(Child& child) {
  pollfd poll_fd{child.pidfd(), POLLIN, 0};
  REQUIRE(poll(&poll_fd, 1, 10'000) == 1);
  const auto status = child.reap();
  REQUIRE(status);
  return *status;
}

TEST_CASE("a child that exits tells its status, one that is killed the signal") {
  Child exits = forked([] { _exit(7); });
  CHECK(wait_for(exits).code == 7);
  Child sleeps = forked([] { pause(); });
  CHECK_FALSE(sleeps.reap());
  sleeps.signal(SIGKILL);
  const ExitStatus killed = wait_for(sleeps);
  CHECK(killed.signal == SIGKILL);
  CHECK_FALSE(killed.code);
}

TEST_CASE("a stopped child can be killed") {
  Child child = forked([] { raise(SIGSTOP); });
  child.signal(SIGKILL);
  CHECK(wait_for(child).signal == SIGKILL);
}

TEST_CASE("a child whose status somebody else took has ended in a way that nobody knows") {
  Child child = forked([] { _exit(3); });
  int status = 0;
  REQUIRE(waitpid(child.pid(), &status, 0) == child.pid());
  const ExitStatus unknown = wait_for(child);
  CHECK_FALSE(unknown.code);
  CHECK_FALSE(unknown.signal);
}

TEST_CASE("end() kills, waits and leaves no zombie, and other children are not touched") {
  Child other = forked([] { _exit(5); });
  Child child = forked([] { pause(); });
  const pid_t pid = child.pid();
  child.end();
  CHECK(kill(pid, 0) != 0);
  CHECK(wait_for(other).code == 5);
}

}  // namespace
}  // namespace inferpool::process
