// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "catch.hpp"
#include "system/cgroup.hpp"

namespace inferpool {

// A folder that looks like /sys/fs/cgroup, and a file that looks like /proc/self/cgroup.
class Cgroups {
 public:
  Cgroups() {
    std::string name = (std::filesystem::temp_directory_path() / "cgroups-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    folder_ = name;
  }
  Cgroups(const Cgroups&) = delete;
  Cgroups& operator=(const Cgroups&) = delete;
  ~Cgroups() { std::filesystem::remove_all(folder_); }

  void put(const std::filesystem::path& file, const std::string& text) const {
    std::filesystem::create_directories((folder_ / file).parent_path());
    std::ofstream(folder_ / file) << text;
  }

  // The paths of a process whose /proc/self/cgroup has this text.
  [[nodiscard]] system::CgroupPaths paths(const std::string& self) const {
    put("self", self);
    return {folder_ / "self", folder_ / "mount"};
  }

 private:
  std::filesystem::path folder_;
};

}  // namespace inferpool
