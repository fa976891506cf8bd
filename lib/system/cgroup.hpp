// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace inferpool::system {

// Where to read which cgroup a process is in, and where the hierarchies are mounted.
struct CgroupPaths {
  std::filesystem::path self = "/proc/self/cgroup";
  std::filesystem::path mount = "/sys/fs/cgroup";
};

// Reads the limit in one group's folder; nothing if it sets no limit.
using CgroupLimit = std::function<std::optional<double>(const std::filesystem::path& group)>;

// The lowest limit of the groups, version 1 or 2, that this process is in and that have the
// controller, and of the groups around them. Nothing if there is none. In a container the path may
// be that of the machine, with only its upper end mounted: then only that group is found.
[[nodiscard]] std::optional<double> lowest_cgroup_limit(const CgroupPaths& paths,
                                                        std::string_view controller,
                                                        const CgroupLimit& version1,
                                                        const CgroupLimit& version2);

// The folders of the groups, version 1 or 2, that this process is in and that have the controller
// (in version 2: may have it), each followed by those around it. Only existing folders.
[[nodiscard]] std::vector<std::filesystem::path> cgroup_folders(const CgroupPaths& paths,
                                                                std::string_view controller);

}  // namespace inferpool::system
