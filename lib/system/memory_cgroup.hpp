// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "system/cgroup.hpp"

namespace inferpool::system {

// The machine's memory in bytes.
[[nodiscard]] std::uint64_t machine_memory() noexcept;

// The memory cgroup of a process, found once, so that it can be asked after the process has ended.
class MemoryCgroup {
 public:
  // No cgroup: counts nothing.
  MemoryCgroup() = default;
  // `machine`: the counter if no cgroup has one, in the form of /proc/vmstat.
  explicit MemoryCgroup(const CgroupPaths& paths,
                        const std::filesystem::path& machine = "/proc/vmstat");

  // The file that oom_kills() reads: of the innermost group that counts, or of the machine.
  [[nodiscard]] const std::filesystem::path& counter() const noexcept { return counter_; }
  // How many processes the kernel's OOM killer has ended there; 0 if it cannot be read.
  [[nodiscard]] std::uint64_t oom_kills() const;
  // The lowest current limit of the group and those around it, in bytes. Nothing if it is not below
  // the machine's memory.
  [[nodiscard]] std::optional<std::uint64_t> limit() const;

 private:
  std::vector<std::filesystem::path> folders_;  // of the groups, each followed by those around it
  std::filesystem::path counter_;
};

}  // namespace inferpool::system
