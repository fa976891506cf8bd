// SPDX-License-Identifier: Apache-2.0
#include "system/cgroup.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catch.hpp"
#include "unit/system/cgroups.hpp"

namespace inferpool::system {
namespace {

using Folders = std::vector<std::string>;

// Where the limits of a process with this /proc/self/cgroup are looked for, below the mount, each
// folder once. A folder of version 1 is marked.
Folders looked_in(const std::string& self, std::string_view controller = "cpu") {
  const Cgroups groups;
  const CgroupPaths paths = groups.paths(self);
  Folders folders;
  const auto note = [&](const std::string& mark) {
    return [&folders, &paths, mark](const std::filesystem::path& group) -> std::optional<double> {
      const std::string folder = mark + group.lexically_relative(paths.mount).string();
      if (std::find(folders.begin(), folders.end(), folder) == folders.end())
        folders.push_back(folder);
      return std::nullopt;
    };
  };
  CHECK_FALSE(lowest_cgroup_limit(paths, controller, note("v1 "), note("")));
  return folders;
}

// The lowest limit of a process with this /proc/self/cgroup, where these folders have limits.
std::optional<double> lowest_of(const std::string& self,
                                const std::map<std::string, double>& limits) {
  const Cgroups groups;
  const CgroupPaths paths = groups.paths(self);
  const CgroupLimit limit = [&](const std::filesystem::path& group) -> std::optional<double> {
    const auto found = limits.find(group.lexically_relative(paths.mount).string());
    return found == limits.end() ? std::nullopt : std::optional(found->second);
  };
  return lowest_cgroup_limit(paths, "cpu", limit, limit);
}

TEST_CASE("a group of version 2 is asked, and so are all around it up to the mount") {
  CHECK(looked_in("0::/a/b\n") == Folders{"a/b", "a", "."});
  CHECK(looked_in("0::/\n") == Folders{"."});
  CHECK(looked_in("0::/a:b\n") == Folders{"a:b", "."});
}

TEST_CASE("a hierarchy of version 1 is found by its controller, however its folder is named") {
  CHECK(looked_in("4:cpu:/a\n") == Folders{"v1 cpu/a", "v1 cpu"});
  CHECK(looked_in("3:cpuacct,cpu:/a\n") ==
        Folders{"v1 cpu/a", "v1 cpu", "v1 cpuacct,cpu/a", "v1 cpuacct,cpu"});
}

TEST_CASE("a hierarchy of other controllers is not asked, whatever letters they share") {
  CHECK(looked_in("5:cpuset:/a\n4:cpuacct:/a\n3:hugetlb,memory:/a\n1:name=systemd:/a\n").empty());
  CHECK(looked_in("4:cpu:/a\n", "cpuset").empty());
}

TEST_CASE("of a machine with both versions both are asked") {
  CHECK(looked_in("3:cpu,cpuacct:/\n0::/a\n") == Folders{"v1 cpu", "v1 cpu,cpuacct", "a", "."});
}

TEST_CASE("a list of groups that is missing, or says nothing, names no group") {
  CHECK(looked_in("").empty());
  CHECK(looked_in("no colons\n:\n7:cpu\n").empty());
  const CgroupLimit limit = [](const std::filesystem::path&) { return std::optional(1.0); };
  CHECK_FALSE(lowest_cgroup_limit({"/nonexistent/self", "/nonexistent"}, "cpu", limit, limit));
}

TEST_CASE("the lowest limit counts, on whatever level of the hierarchy") {
  CHECK(lowest_of("0::/a/b\n", {{"a/b", 5}, {"a", 3}, {".", 4}}) == 3.0);
  CHECK(lowest_of("0::/a/b\n", {{"a/b", 2}, {"a", 3}, {".", 4}}) == 2.0);
  CHECK(lowest_of("0::/\n", {{"a/b", 5}, {"a", 3}, {".", 4}}) == 4.0);
  CHECK(lowest_of("0::/a\n2:cpu:/b\n", {{"a", 5}, {"cpu/b", 1}, {"cpu", 2}}) == 1.0);
  CHECK_FALSE(lowest_of("0::/a/b\n", {{"a/c", 1}}));
}

TEST_CASE("a group that is not mounted here falls back on those around it") {
  CHECK(lowest_of("9:cpu:/docker/0123abcd\n", {{"cpu", 7}}) == 7.0);
}

TEST_CASE("the folders of a process's groups are those that there are, the innermost first") {
  const Cgroups groups;
  groups.put("mount/a/b/cgroup.procs", "");
  groups.put("mount/memory/a/cgroup.procs", "");
  groups.put("mount/memory/x", "a file and no folder");
  const CgroupPaths paths = groups.paths("4:hugetlb,memory:/a/c\n5:cpu:/a\n0::/a/b\n");
  const std::filesystem::path& mount = paths.mount;
  CHECK(cgroup_folders(paths, "memory") ==
        std::vector{mount / "memory/a", mount / "memory", mount / "a/b", mount / "a", mount});
  CHECK(cgroup_folders(groups.paths("4:memory:/x\n"), "memory").front() == mount / "memory");
  CHECK(cgroup_folders(groups.paths(""), "memory").empty());
}

}  // namespace
}  // namespace inferpool::system
