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

// What one group's folder says; nothing where it sets no limit.
using CgroupLimit = std::function<std::optional<double>(const std::filesystem::path& group)>;

// The lowest limit of the groups, version 1 or 2, that hold this process and have the controller,
// and of those around them. Nothing where there is none. In a container the path may be the host's,
// of which only the upper end is mounted: then just that is found.
[[nodiscard]] std::optional<double> lowest_cgroup_limit(const CgroupPaths& paths,
                                                        std::string_view controller,
                                                        const CgroupLimit& version1,
                                                        const CgroupLimit& version2);

// The folders of the groups, version 1 or 2, that hold this process and have the controller (or, of
// version 2, may have it), each followed by those around it. Folders that are not there are left
// out.
[[nodiscard]] std::vector<std::filesystem::path> cgroup_folders(const CgroupPaths& paths,
                                                                std::string_view controller);

}  // namespace inferpool::system
