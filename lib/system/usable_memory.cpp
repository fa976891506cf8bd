// SPDX-License-Identifier: Apache-2.0
#include "system/usable_memory.hpp"

#include "system/memory_cgroup.hpp"

namespace inferpool::system {

std::uint64_t usable_memory(const CgroupPaths& paths) {
  return MemoryCgroup(paths).limit().value_or(machine_memory());
}

}  // namespace inferpool::system
