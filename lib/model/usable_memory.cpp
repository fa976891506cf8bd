// SPDX-License-Identifier: Apache-2.0
#include "model/usable_memory.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace inferpool {
namespace {

// "max", and a file that is not there, are no limit.
std::optional<double> read_limit(const std::filesystem::path& file) {
  std::ifstream stream(file);
  double bytes = 0;
  if (!(stream >> bytes)) return std::nullopt;
  return bytes;
}

}  // namespace

std::uint64_t usable_memory(const CgroupPlace& place) {
  const double machine = static_cast<double>(std::max(sysconf(_SC_PHYS_PAGES), 1L)) *
                         static_cast<double>(sysconf(_SC_PAGESIZE));
  const auto limit = lowest_cgroup_limit(
      place, "memory",
      [](const auto& group) { return read_limit(group / "memory.limit_in_bytes"); },
      [](const auto& group) { return read_limit(group / "memory.max"); });
  return static_cast<std::uint64_t>(std::min(machine, limit.value_or(machine)));
}

}  // namespace inferpool
