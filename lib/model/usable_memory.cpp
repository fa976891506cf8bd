// SPDX-License-Identifier: Apache-2.0
#include "model/usable_memory.hpp"

#include "model/memory_cgroup.hpp"

namespace inferpool {

std::uint64_t usable_memory(const CgroupPlace& place) {
  return MemoryCgroup(place).limit().value_or(machine_memory());
}

}  // namespace inferpool
