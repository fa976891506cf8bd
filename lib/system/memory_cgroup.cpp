// SPDX-License-Identifier: Apache-2.0
#include "system/memory_cgroup.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>

namespace inferpool::system {
namespace {

using std::filesystem::path;

// memory.events and memory.oom_control of a group and /proc/vmstat all have a line "oom_kill 3".
std::optional<std::uint64_t> read_oom_kills(const path& file) {
  std::ifstream stream(file);
  std::string name;
  std::uint64_t number = 0;
  while (stream >> name >> number) {
    if (name == "oom_kill") return number;
  }
  return std::nullopt;
}

}  // namespace

std::uint64_t machine_memory() noexcept {
  return static_cast<std::uint64_t>(std::max(sysconf(_SC_PHYS_PAGES), 1L)) *
         static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

MemoryCgroup::MemoryCgroup(const CgroupPaths& paths, const path& machine)
    : folders_(cgroup_folders(paths, "memory")), counter_(machine) {
  for (const path& folder : folders_) {
    for (const char* file : {"memory.events", "memory.oom_control"}) {
      if (!read_oom_kills(folder / file)) continue;
      counter_ = folder / file;
      return;
    }
  }
}

std::uint64_t MemoryCgroup::oom_kills() const { return read_oom_kills(counter_).value_or(0); }

std::optional<std::uint64_t> MemoryCgroup::limit() const {
  const auto machine = static_cast<double>(machine_memory());
  double lowest = machine;
  for (const path& folder : folders_) {
    for (const char* file : {"memory.max", "memory.limit_in_bytes"}) {
      std::ifstream stream(folder / file);
      if (double bytes = 0; stream >> bytes) lowest = std::min(lowest, bytes);
    }
  }
  if (lowest >= machine) return std::nullopt;
  return static_cast<std::uint64_t>(lowest);
}

}  // namespace inferpool::system
