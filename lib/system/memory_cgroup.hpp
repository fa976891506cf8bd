// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "system/cgroup.hpp"

namespace inferpool::system {

// Bytes of memory that the machine has.
[[nodiscard]] std::uint64_t machine_memory() noexcept;

// The memory cgroup of a process, found once, so that it can be asked after the process has ended.
class MemoryCgroup {
 public:
  // Of none: counts nothing.
  MemoryCgroup() = default;
  // `machine` counts where no cgroup does: it looks like /proc/vmstat.
  explicit MemoryCgroup(const CgroupPaths& paths,
                        const std::filesystem::path& machine = "/proc/vmstat");

  // What oom_kills() reads: the innermost group that counts, or the machine.
  [[nodiscard]] const std::filesystem::path& counter() const noexcept { return counter_; }
  // How many processes the kernel's OOM killer has ended there. 0 where that cannot be read.
  [[nodiscard]] std::uint64_t oom_kills() const;
  // Bytes; the lowest limit of the group and those around it, at present. Nothing where that is not
  // below the machine's memory.
  [[nodiscard]] std::optional<std::uint64_t> limit() const;

 private:
  std::vector<std::filesystem::path> folders_;  // of the groups, each followed by those around it
  std::filesystem::path counter_;
};

}  // namespace inferpool::system
