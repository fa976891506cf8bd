// SPDX-License-Identifier: Apache-2.0
#include "system/memory_cgroup.hpp"

#include "catch.hpp"
#include "unit/system/cgroups.hpp"

namespace inferpool {
namespace {

TEST_CASE("a process of no memory cgroup is counted with the machine, and has no limit") {
  const Cgroups groups;
  groups.put("vmstat", "pgfault 17\noom_kill 4\n");
  const system::CgroupPaths paths = groups.paths("3:cpu:/a\n");
  const system::MemoryCgroup group(paths, paths.self.parent_path() / "vmstat");
  CHECK(group.oom_kills() == 4);
  CHECK_FALSE(group.limit());
  CHECK(system::MemoryCgroup().oom_kills() == 0);
}

TEST_CASE("the innermost group that counts is asked, and the lowest limit around it holds") {
  const Cgroups groups;
  SECTION("version 1") {
    groups.put("mount/memory/a/b/memory.oom_control",
               "oom_kill_disable 0\nunder_oom 0\noom_kill 2");
    groups.put("mount/memory/a/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 9");
    groups.put("mount/memory/a/b/memory.limit_in_bytes", "9223372036854771712\n");
    groups.put("mount/memory/a/memory.limit_in_bytes", "67108864\n");
    const system::MemoryCgroup group(groups.paths("7:pids:/a\n4:memory:/a/b\n0::/\n"));
    CHECK(group.oom_kills() == 2);
    CHECK(group.limit() == 64 << 20);
  }
  SECTION("version 2") {
    groups.put("mount/a/b/memory.events", "low 0\nhigh 0\nmax 8\noom 3\noom_kill 2\n");
    groups.put("mount/a/b/memory.max", "max\n");
    groups.put("mount/a/memory.max", "1048576\n");
    const system::MemoryCgroup group(groups.paths("0::/a/b\n"));
    CHECK(group.oom_kills() == 2);
    CHECK(group.limit() == 1 << 20);
  }
}

TEST_CASE("a group that does not count leaves it to the one around it") {
  const Cgroups groups;
  groups.put("mount/a/b/cgroup.procs", "");
  groups.put("mount/a/memory.events", "oom_kill 5\n");
  CHECK(system::MemoryCgroup(groups.paths("0::/a/b\n")).oom_kills() == 5);
}

TEST_CASE("the count is read anew each time") {
  const Cgroups groups;
  groups.put("mount/a/memory.events", "oom_kill 5\n");
  const system::MemoryCgroup group(groups.paths("0::/a\n"));
  CHECK(group.oom_kills() == 5);
  groups.put("mount/a/memory.events", "oom_kill 6\n");
  CHECK(group.oom_kills() == 6);
}

}  // namespace
}  // namespace inferpool
