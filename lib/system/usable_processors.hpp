// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "system/cgroup.hpp"

namespace inferpool::system {

// Processors that this process can keep busy: those it may run on, or fewer if the quota of a
// cgroup is lower (2.5 processors count as 2). At least 1.
[[nodiscard]] int usable_processors(const CgroupPaths& paths = {});

// The same for this process together with others that may run on these CPUs only, within the same
// quota.
[[nodiscard]] int usable_processors_with(std::span<const int> cpus, const CgroupPaths& paths = {});

}  // namespace inferpool::system
