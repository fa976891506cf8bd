// SPDX-License-Identifier: Apache-2.0
#include "system/usable_processors.hpp"

#include <sched.h>

#include <array>
#include <thread>

#include "catch.hpp"
#include "unit/system/cgroups.hpp"

namespace inferpool {
namespace {

constexpr const char* kVersion2 = "0::/service\n";
constexpr const char* kVersion1 = "3:cpu,cpuacct:/service\n";

TEST_CASE("a quota of version 2 limits the processors") {
  const Cgroups cgroups;
  cgroups.put("mount/service/cpu.max", "150000 100000\n");
  REQUIRE(system::usable_processors(cgroups.paths(kVersion2)) == 1);
}

TEST_CASE("a quota of version 1 limits the processors, however its folder is named") {
  const Cgroups cgroups;
  const std::string folder = GENERATE("mount/cpu", "mount/cpu,cpuacct");
  cgroups.put(folder + "/service/cpu.cfs_quota_us", "100000\n");
  cgroups.put(folder + "/service/cpu.cfs_period_us", "100000\n");
  REQUIRE(system::usable_processors(cgroups.paths(kVersion1)) == 1);
}

TEST_CASE("a quota below one processor leaves one") {
  const Cgroups cgroups;
  cgroups.put("mount/service/cpu.max", "20000 100000\n");
  REQUIRE(system::usable_processors(cgroups.paths(kVersion2)) == 1);
}

TEST_CASE("a quota above the processors, or none, changes nothing") {
  const Cgroups cgroups;
  const int all = system::usable_processors(cgroups.paths(""));
  cgroups.put("mount/service/cpu.max", GENERATE("max 100000\n", "9000000 1000\n", "100000\n"));
  cgroups.put("mount/cpu/service/cpu.cfs_quota_us", "-1\n");
  cgroups.put("mount/cpu/service/cpu.cfs_period_us", "100000\n");
  REQUIRE(system::usable_processors(cgroups.paths(std::string(kVersion1) + kVersion2)) == all);
}

TEST_CASE("a thread that may run on one processor has one") {
  std::thread([] {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(static_cast<std::size_t>(sched_getcpu()), &set);
    REQUIRE(sched_setaffinity(0, sizeof(set), &set) == 0);
    REQUIRE(system::usable_processors() == 1);
  }).join();
}

TEST_CASE("processors of other processes count once, together with those of this one") {
  std::thread([] {
    cpu_set_t set;
    CPU_ZERO(&set);
    const int own = sched_getcpu();
    CPU_SET(static_cast<std::size_t>(own), &set);
    REQUIRE(sched_setaffinity(0, sizeof(set), &set) == 0);
    const Cgroups cgroups;
    const auto paths = cgroups.paths("");
    CHECK(system::usable_processors_with(std::array{own}, paths) == 1);
    CHECK(system::usable_processors_with(std::array{own + 1}, paths) == 2);
    CHECK(system::usable_processors_with(std::array{own, own + 1, own + 2}, paths) == 3);
    cgroups.put("mount/service/cpu.max", "150000 100000\n");
    CHECK(system::usable_processors_with(std::array{own + 1}, cgroups.paths(kVersion2)) == 1);
  }).join();
}

}  // namespace
}  // namespace inferpool
