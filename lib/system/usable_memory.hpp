// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "system/cgroup.hpp"

namespace inferpool::system {

// Bytes of memory that this process can use: the machine's, or less if a cgroup limits it.
[[nodiscard]] std::uint64_t usable_memory(const CgroupPaths& paths = {});

}  // namespace inferpool::system
