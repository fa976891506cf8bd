// SPDX-License-Identifier: Apache-2.0
#include "ipc/fork_guard.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "catch.hpp"
#include "ipc/reply_blocks.hpp"
#include "ipc/request_region.hpp"
#include "ipc/worker_memory.hpp"

namespace inferpool::ipc {
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

// The exit status of a child that only runs `run`.
template <typename F>
int status_of_fork(F&& run) {
  const pid_t child = fork();
  if (child == 0) {
    run();
    _exit(42);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_CASE(
    "a fork may drop the outputs and loans that it inherited, and the host still has its own") {
  auto memory = WorkerMemory::create(1 << 20);
  const Mapping control(memory->control_file(), Access::kReadOnly);
  const auto& released = reinterpret_cast<const Control*>(control.data())->host.released;
  detail::StorageRef output;
  {
    ReplyBlocks reply(*memory, {.ticket = 5, .generation = 9}, false, 64 * 1024);
    output = reply.open({.offset = 0, .length = 64 * 1024}, true);
  }
  const auto region = RequestRegion::create(1 << 20);
  detail::StorageRef loan = region->allocate(1000);

  auto region_of_fork = region;
  const int inherited = memory->control_file().fd();
  CHECK(status_of_fork([&] {
          memory.reset();
          if (fcntl(inherited, F_GETFD) == -1) _exit(1);  // an output still needs it
          output = {};
          if (fcntl(inherited, F_GETFD) != -1) _exit(2);
          loan = {};
          region_of_fork.reset();
        }) == 42);
  CHECK(released[5] == 0);
  output = {};
  CHECK(released[5] == 9);
  loan = {};
  CHECK(region->used() == 0);
}

}  // namespace
}  // namespace inferpool::ipc
