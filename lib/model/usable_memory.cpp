// SPDX-License-Identifier: Apache-2.0
#include "model/usable_memory.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>
#include <string_view>

namespace inferpool {
namespace {

using std::filesystem::path;

constexpr std::uint64_t kUnlimited = std::numeric_limits<std::uint64_t>::max();

// "max", and a file that is not there, are no limit.
std::uint64_t read_limit(const path& file) {
  std::ifstream stream(file);
  std::uint64_t bytes = 0;
  return stream >> bytes ? bytes : kUnlimited;
}

// A limit counts for the groups below, too. In a container the path may be the host's, of which
// only the upper end is mounted: then just that is found.
std::uint64_t lowest_limit(const path& mount, path group, const char* file) {
  std::uint64_t lowest = kUnlimited;
  for (group = group.relative_path(); !group.empty(); group = group.parent_path()) {
    lowest = std::min(lowest, read_limit(mount / group / file));
  }
  return std::min(lowest, read_limit(mount / file));
}

bool names_memory(std::string_view controllers) {  // "cpu,memory"
  while (!controllers.empty()) {
    const std::string_view first = controllers.substr(0, controllers.find(','));
    if (first == "memory") return true;
    controllers.remove_prefix(std::min(first.size() + 1, controllers.size()));
  }
  return false;
}

}  // namespace

std::optional<std::uint64_t> cgroup_memory_limit(const path& self, const path& mount) {
  std::uint64_t lowest = kUnlimited;
  std::ifstream stream(self);
  for (std::string line; std::getline(stream, line);) {  // "4:memory:/group", or "0::/group"
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const path group = line.substr(second + 1);
    if (controllers.empty()) {
      lowest = std::min(lowest, lowest_limit(mount, group, "memory.max"));
    } else if (names_memory(controllers)) {
      lowest = std::min(lowest, lowest_limit(mount / "memory", group, "memory.limit_in_bytes"));
    }
  }
  if (lowest == kUnlimited) return std::nullopt;
  return lowest;
}

std::uint64_t usable_memory() {
  const long pages = sysconf(_SC_PHYS_PAGES);
  const long page = sysconf(_SC_PAGESIZE);
  const std::uint64_t machine =
      static_cast<std::uint64_t>(std::max(pages, 1L)) * static_cast<std::uint64_t>(page);
  return std::min(machine,
                  cgroup_memory_limit("/proc/self/cgroup", "/sys/fs/cgroup").value_or(machine));
}

}  // namespace inferpool
