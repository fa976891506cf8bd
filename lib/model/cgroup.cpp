// SPDX-License-Identifier: Apache-2.0
#include "model/cgroup.hpp"

#include <algorithm>
#include <fstream>
#include <string>

namespace inferpool {
namespace {

using std::filesystem::path;

// Where `controllers` ("cpu,cpuacct") names it.
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

// A limit counts for the groups below, too.
std::optional<double> lowest_up_from(const path& mount, path group, const CgroupLimit& limit) {
  std::optional<double> lowest = limit(mount);
  for (group = group.relative_path(); !group.empty(); group = group.parent_path())
    lower(lowest, limit(mount / group));
  return lowest;
}

}  // namespace

std::optional<double> lowest_cgroup_limit(const CgroupPlace& place, std::string_view controller,
                                          const CgroupLimit& version1,
                                          const CgroupLimit& version2) {
  std::optional<double> lowest;
  std::ifstream stream(place.self);
  for (std::string line; std::getline(stream, line);) {  // "4:memory:/group", or "0::/group"
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const path group = line.substr(second + 1);
    if (controllers.empty()) lower(lowest, lowest_up_from(place.mount, group, version2));
    if (!names(controllers, controller)) continue;
    // Mounted by its own name, or together with others under all their names.
    lower(lowest, lowest_up_from(place.mount / controller, group, version1));
    lower(lowest, lowest_up_from(place.mount / controllers, group, version1));
  }
  return lowest;
}

}  // namespace inferpool
