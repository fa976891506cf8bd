// SPDX-License-Identifier: Apache-2.0
#include "system/cgroup.hpp"

#include <algorithm>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>

namespace inferpool::system {
namespace {

using std::filesystem::path;

// Whether `controllers` ("cpu,cpuacct") names it.
bool names(std::string_view controllers, std::string_view controller) {
  while (!controllers.empty()) {
    const std::string_view first = controllers.substr(0, controllers.find(','));
    if (first == controller) return true;
    controllers.remove_prefix(std::min(first.size() + 1, controllers.size()));
  }
  return false;
}

void lower(std::optional<double>& lowest, std::optional<double> limit) {
  if (limit && (!lowest || *limit < *lowest)) lowest = limit;
}

// A limit also counts for the groups below.
std::vector<path> groups_up_from(const path& mount, path group) {
  std::vector<path> folders;
  for (group = group.relative_path(); !group.empty(); group = group.parent_path())
    folders.push_back(mount / group);
  folders.push_back(mount);
  return folders;
}

// Calls visit(mount, group, version) for each hierarchy that has the controller, or may have it.
template <typename Visit>
void each_hierarchy(const CgroupPaths& paths, std::string_view controller, const Visit& visit) {
  std::ifstream stream(paths.self);
  for (std::string line; std::getline(stream, line);) {  // "4:memory:/group", or "0::/group"
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const path group = line.substr(second + 1);
    if (controllers.empty()) visit(paths.mount, group, 2);
    if (!names(controllers, controller)) continue;
    // Mounted under its own name, or with others under all their names.
    visit(paths.mount / controller, group, 1);
    visit(paths.mount / controllers, group, 1);
  }
}

}  // namespace

std::optional<double> lowest_cgroup_limit(const CgroupPaths& paths, std::string_view controller,
                                          const CgroupLimit& version1,
                                          const CgroupLimit& version2) {
  std::optional<double> lowest;
  each_hierarchy(paths, controller, [&](const path& mount, const path& group, int version) {
    for (const path& folder : groups_up_from(mount, group))
      lower(lowest, version == 1 ? version1(folder) : version2(folder));
  });
  return lowest;
}

std::vector<path> cgroup_folders(const CgroupPaths& paths, std::string_view controller) {
  std::vector<path> folders;
  each_hierarchy(paths, controller, [&](const path& mount, const path& group, int /*version*/) {
    for (path& folder : groups_up_from(mount, group)) {
      std::error_code ignored;
      if (std::filesystem::is_directory(folder, ignored)) folders.push_back(std::move(folder));
    }
  });
  return folders;
}

}  // namespace inferpool::system
