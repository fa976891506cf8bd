// SPDX-License-Identifier: Apache-2.0
#include "mix/cpu_quota.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <system_error>

namespace bench {
namespace {

namespace fs = std::filesystem;

constexpr int kPeriod = 100'000;  // microseconds; the kernel's default

struct Group {
  fs::path folder = {};
  int version = 0;  // 0: none
};

void write(const fs::path& file, const std::string& text) {
  std::ofstream stream(file);
  stream << text;
  if (!stream.flush())
    throw std::runtime_error("cannot write " + file.string() + ": " + std::strerror(errno));
}

// The group of this process that has the controller for processor time. A line is
// "4:cpu,cpuacct:/group" in version 1, "0::/group" in version 2.
Group own_group() {
  const fs::path mount = "/sys/fs/cgroup";
  Group found;
  std::ifstream file("/proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const fs::path group = fs::path(line.substr(second + 1)).relative_path();
    if (controllers.empty() && found.version == 0) found = {mount / group, 2};
    if (("," + controllers + ",").find(",cpu,") == std::string::npos) continue;
    for (const fs::path& folder : {mount / "cpu" / group, mount / controllers / group})
      if (fs::exists(folder)) found = {folder, 1};
  }
  if (found.version == 0) throw std::runtime_error("this process is in no cgroup");
  return found;
}

// In version 2 a group with processes has no groups with controllers below it, except the topmost.
fs::path folder_for(const Group& own) {
  return own.version == 2 && fs::exists(own.folder / "cgroup.type") ? own.folder.parent_path()
                                                                    : own.folder;
}

void limit(const fs::path& group, int version, double processors) {
  const std::string quota = std::to_string(static_cast<int>(processors * kPeriod));
  if (version == 2) return write(group / "cpu.max", quota + " " + std::to_string(kPeriod));
  write(group / "cpu.cfs_period_us", std::to_string(kPeriod));
  write(group / "cpu.cfs_quota_us", quota);
}

void move_to(const fs::path& group) { write(group / "cgroup.procs", std::to_string(getpid())); }

}  // namespace

CpuQuota::CpuQuota(const std::string& name, double processors) {
  const Group own = own_group();
  before_ = own.folder;
  group_ = folder_for(own) / name;
  std::error_code error;
  if (!fs::create_directory(group_, error))
    throw std::runtime_error("cannot make the cgroup " + group_.string() + ": " +
                             (error ? error.message() : "it exists"));
  try {
    limit(group_, own.version, processors);
  } catch (...) {
    fs::remove(group_, error);
    throw;
  }
}

CpuQuota::~CpuQuota() {
  std::error_code ignored;
  fs::remove(group_, ignored);
}

std::uint64_t CpuQuota::throttled_periods() const {
  std::ifstream file(group_ / "cpu.stat");
  std::string name;
  for (std::uint64_t value = 0; file >> name >> value;)
    if (name == "nr_throttled") return value;
  throw std::runtime_error((group_ / "cpu.stat").string() + " has no nr_throttled");
}

CpuQuota::Inside::Inside(const CpuQuota& quota) : before_(quota.before_) { move_to(quota.group_); }

CpuQuota::Inside::~Inside() {
  try {
    move_to(before_);
  } catch (const std::runtime_error&) {  // the next measurement says it
  }
}

}  // namespace bench
