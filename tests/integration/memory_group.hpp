// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include "integration/eventually.hpp"
#include "system/cgroup.hpp"

namespace inferpool::test {

// A memory cgroup (version 1) with a limit, below the test's own. Removed at the end, once its
// processes are gone.
class MemoryGroup {
 public:
  explicit MemoryGroup(std::uint64_t limit) {
    for (const auto& folder : system::cgroup_folders({}, "memory")) {
      if (!std::filesystem::exists(folder / "memory.limit_in_bytes")) continue;
      folder_ = folder / ("inferpool-test-" + std::to_string(::getpid()));
      if (::mkdir(folder_.c_str(), 0755) == 0) break;
      folder_.clear();
    }
    if (!folder_.empty() && !put("memory.limit_in_bytes", limit)) remove();
  }
  MemoryGroup(const MemoryGroup&) = delete;
  MemoryGroup& operator=(const MemoryGroup&) = delete;
  ~MemoryGroup() { remove(); }

  // False if this machine has no cgroups of version 1, or the test is not root.
  [[nodiscard]] bool exists() const { return !folder_.empty(); }
  bool take_in(int pid) { return put("cgroup.procs", static_cast<std::uint64_t>(pid)); }

 private:
  bool put(const char* file, std::uint64_t number) {
    std::ofstream stream(folder_ / file);
    stream << number;
    return static_cast<bool>(stream.flush());
  }
  void remove() {
    // A process that has ended may stay in the group for a moment.
    if (!folder_.empty())
      eventually([&] { return ::rmdir(folder_.c_str()) == 0; }, std::chrono::seconds(5));
    folder_.clear();
  }

  std::filesystem::path folder_;
};

}  // namespace inferpool::test
