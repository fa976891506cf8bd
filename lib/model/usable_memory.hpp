// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace inferpool {

// Bytes of memory that this process can use: the machine's, or less where a cgroup limits it.
[[nodiscard]] std::uint64_t usable_memory();

// The lowest limit of the cgroups, version 1 or 2, that a file like /proc/self/cgroup names, and of
// those around them. `mount` is where the hierarchies are mounted, as /sys/fs/cgroup. Nothing where
// there is none.
[[nodiscard]] std::optional<std::uint64_t> cgroup_memory_limit(const std::filesystem::path& self,
                                                               const std::filesystem::path& mount);

}  // namespace inferpool
