// SPDX-License-Identifier: Apache-2.0
#include "system/usable_processors.hpp"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace inferpool::system {
namespace {

using std::filesystem::path;

int allowed_processors(std::span<const int> others) noexcept {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) == 0) {
    for (const int cpu : others) CPU_SET(static_cast<std::size_t>(cpu), &set);
    return CPU_COUNT(&set);
  }
  // The machine has more processors than the set.
  return static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN));
}

// "200000 100000" microseconds; "max 100000": no limit.
std::optional<double> quota_version2(const path& group) {
  std::ifstream stream(group / "cpu.max");
  double quota = 0;
  double period = 0;
  if (!(stream >> quota >> period) || period <= 0) return std::nullopt;
  return quota / period;
}

// -1: no limit.
std::optional<double> quota_version1(const path& group) {
  std::ifstream quotas(group / "cpu.cfs_quota_us");
  std::ifstream periods(group / "cpu.cfs_period_us");
  double quota = 0;
  double period = 0;
  if (!(quotas >> quota) || !(periods >> period) || quota <= 0 || period <= 0) return std::nullopt;
  return quota / period;
}

}  // namespace

int usable_processors(const CgroupPaths& paths) { return usable_processors_with({}, paths); }

int usable_processors_with(std::span<const int> cpus, const CgroupPaths& paths) {
  const int allowed = allowed_processors(cpus);
  const auto quota = lowest_cgroup_limit(paths, "cpu", quota_version1, quota_version2);
  if (!quota || *quota >= allowed) return std::max(1, allowed);
  return std::max(1, static_cast<int>(*quota));
}

}  // namespace inferpool::system
