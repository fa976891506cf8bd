// SPDX-License-Identifier: Apache-2.0
// A worker that the OOM killer ends, in a real cgroup.
#include "catch.hpp"
#include "integration/faulty_calls.hpp"
#include "integration/host_program.hpp"
#include "integration/memory_group.hpp"
#include "skipped.hpp"

using namespace inferpool;
using namespace inferpool::test;

TEST_CASE("A worker that the kernel's OOM killer ended is told apart from one that was killed") {
  MemoryGroup group(std::uint64_t{256} << 20);
  if (!group.exists()) {
    skip("no memory cgroup of version 1 can be made here");
    return;
  }
  const ScratchFolder folder;
  HostProgram host("memory", folder / "");
  REQUIRE(group.take_in(host.pid()));
  write_file(folder / "go");
  const std::string killed = host.line();
  CHECK_THAT(killed, contains("signal 9, oom_killed 0: worker_lost: "));
  CHECK_THAT(killed, !contains("OOM killer"));
  const std::string starved = host.line();
  CHECK_THAT(starved, contains("signal 9, oom_killed 1: worker_lost: "));
  CHECK_THAT(starved, contains("the kernel's OOM killer ended it, probably") &&
                          contains("the memory limit of its cgroup is 256MiB"));
  // A counted kill explains one end only, and not a later one.
  CHECK_THAT(host.line(), contains("signal 9, oom_killed 0: worker_lost: "));
  CHECK(host.wait() == 0);
}
