// SPDX-License-Identifier: Apache-2.0
#include "measure/child_process.hpp"

#include <signal.h>

#include <cerrno>
#include <span>
#include <string>

#include "catch.hpp"

namespace bench {
namespace {

std::string read_text(ChildProcess& child, std::size_t size) {
  std::string text(size, '?');
  return child.read(std::as_writable_bytes(std::span(text))) ? text : "";
}

TEST_CASE("what a child process writes to its stdout is read, and its exit status is reported") {
  ChildProcess child({"/bin/sh", "-c", "printf ready; exit 3"});
  CHECK(read_text(child, 5) == "ready");
  CHECK(read_text(child, 1).empty());
  CHECK(child.wait().exit_status == 3);
}

TEST_CASE("a child process that cannot be executed ends with status 127") {
  CHECK(ChildProcess({"/no/such/program"}).wait().exit_status == 127);
}

TEST_CASE("a child process that a signal ended has no exit status") {
  CHECK(ChildProcess({"/bin/sh", "-c", "kill -KILL $$"}).wait().exit_status == -1);
}

TEST_CASE("a child process that runs is ended with its object, and not left as a zombie") {
  pid_t pid = 0;
  {
    ChildProcess child({"/bin/sh", "-c", "echo; exec sleep 1000"});
    pid = child.pid();
    CHECK(read_text(child, 1) == "\n");
  }
  CHECK(kill(pid, 0) == -1);
  CHECK(errno == ESRCH);
}

}  // namespace
}  // namespace bench
