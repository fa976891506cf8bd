// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include "catch.hpp"
#include "model/byte_size.hpp"
#include "model/usable_memory.hpp"

namespace inferpool {
namespace {

using std::filesystem::path;

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

  void put(const path& file, const std::string& text) const {
    std::filesystem::create_directories((folder_ / file).parent_path());
    std::ofstream(folder_ / file) << text;
  }

  [[nodiscard]] std::optional<std::uint64_t> limit(const std::string& self) const {
    put("self", self);
    return cgroup_memory_limit(folder_ / "self", folder_ / "mount");
  }

 private:
  path folder_;
};

TEST_CASE("the limit of a version 2 cgroup is found") {
  const Cgroups cgroups;
  cgroups.put("mount/service/memory.max", "1048576\n");
  REQUIRE(cgroups.limit("0::/service\n") == kMiB);
}

TEST_CASE("the limit of a version 1 cgroup is found among other controllers") {
  const Cgroups cgroups;
  cgroups.put("mount/memory/service/memory.limit_in_bytes", "2097152\n");
  cgroups.put("mount/cpu/service/memory.limit_in_bytes", "1\n");
  REQUIRE(cgroups.limit("5:cpu:/service\n4:hugetlb,memory:/service\n0::/service\n") == 2 * kMiB);
}

TEST_CASE("the lowest limit counts, on whatever level of the hierarchy") {
  const Cgroups cgroups;
  cgroups.put("mount/a/b/memory.max", "5000000\n");
  cgroups.put("mount/a/memory.max", "3000000\n");
  cgroups.put("mount/memory.max", "4000000\n");
  REQUIRE(cgroups.limit("0::/a/b\n") == 3000000);
  REQUIRE(cgroups.limit("0::/\n") == 4000000);
}

TEST_CASE("a group that is not mounted here falls back on those around it") {
  const Cgroups cgroups;
  cgroups.put("mount/memory/memory.limit_in_bytes", "7000000\n");
  REQUIRE(cgroups.limit("9:memory:/docker/0123abcd\n") == 7000000);
}

TEST_CASE("no limit is no limit") {
  const Cgroups cgroups;
  REQUIRE(cgroups.limit("0::/service\n") == std::nullopt);
  REQUIRE(cgroups.limit("") == std::nullopt);
  REQUIRE(cgroups.limit("no colons\n:\n") == std::nullopt);
  cgroups.put("mount/service/memory.max", "max\n");
  REQUIRE(cgroups.limit("0::/service\n") == std::nullopt);
  REQUIRE(cgroup_memory_limit("/nonexistent/self", "/nonexistent") == std::nullopt);
}

TEST_CASE("the usable memory is at most the machine's") {
  const auto machine = static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) *
                       static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  REQUIRE(usable_memory() > 0);
  REQUIRE(usable_memory() <= machine);
}

}  // namespace
}  // namespace inferpool
