// SPDX-License-Identifier: Apache-2.0
#include "tools/usable_cores.hpp"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace inferpool::tools {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

// This process's folder in the unified hierarchy, whose line in /proc/self/cgroup is "0::/path".
fs::path own_cgroup() {
  constexpr std::string_view kUnified = "0::/";
  std::ifstream in("/proc/self/cgroup");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(kUnified)) return line.substr(kUnified.size());
  }
  return {};
}

int cores_of_affinity() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) == 0) return CPU_COUNT(&set);
  return static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN));  // more than the set holds
}

}  // namespace

std::optional<int> cores_of_quota(std::string_view cpu_max) {
  const auto blank = cpu_max.find(' ');
  if (blank == std::string_view::npos) return std::nullopt;
  const auto number = [](std::string_view text) {
    long long value = 0;  // stays 0 for "max"
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
  };
  const long long quota = number(cpu_max.substr(0, blank));
  const long long period = number(cpu_max.substr(blank + 1));
  if (quota <= 0 || period <= 0) return std::nullopt;
  return static_cast<int>(std::clamp(quota / period, 1LL, 1LL << 20));
}

int usable_cores() {
  int cores = std::max(1, cores_of_affinity());
  // The quota of each group above counts as well.
  const fs::path root = "/sys/fs/cgroup";
  for (fs::path group = own_cgroup();; group = group.parent_path()) {
    if (const auto quota = cores_of_quota(text_of(root / group / "cpu.max"))) {
      cores = std::min(cores, *quota);
    }
    if (group.empty()) return cores;
  }
}

}  // namespace inferpool::tools
