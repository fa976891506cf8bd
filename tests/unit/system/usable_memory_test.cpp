// SPDX-License-Identifier: Apache-2.0
#include "system/usable_memory.hpp"

#include <unistd.h>

#include "catch.hpp"
#include "core/byte_size.hpp"
#include "unit/system/cgroups.hpp"

namespace inferpool {
namespace {

std::uint64_t machine() {
  return static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) *
         static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

TEST_CASE("the limit of a version 2 cgroup is found") {
  const Cgroups cgroups;
  cgroups.put("mount/service/memory.max", "1048576\n");
  REQUIRE(system::usable_memory(cgroups.paths("0::/service\n")) == core::kMiB);
}

TEST_CASE("the limit of a version 1 cgroup is found among other controllers") {
  const Cgroups cgroups;
  cgroups.put("mount/memory/service/memory.limit_in_bytes", "2097152\n");
  cgroups.put("mount/cpu/service/memory.limit_in_bytes", "1\n");
  REQUIRE(system::usable_memory(cgroups.paths(
              "5:cpu:/service\n4:hugetlb,memory:/service\n0::/service\n")) == 2 * core::kMiB);
}

TEST_CASE("without a limit all memory of the machine is usable") {
  const Cgroups cgroups;
  REQUIRE(system::usable_memory(cgroups.paths("0::/service\n")) == machine());
  REQUIRE(system::usable_memory(cgroups.paths("")) == machine());
  REQUIRE(system::usable_memory(cgroups.paths("no colons\n:\n")) == machine());
  cgroups.put("mount/service/memory.max", "max\n");
  REQUIRE(system::usable_memory(cgroups.paths("0::/service\n")) == machine());
  REQUIRE(system::usable_memory({"/nonexistent/self", "/nonexistent"}) == machine());
}

TEST_CASE("the usable memory is at most the machine's") {
  REQUIRE(system::usable_memory() > 0);
  REQUIRE(system::usable_memory() <= machine());
}

}  // namespace
}  // namespace inferpool
