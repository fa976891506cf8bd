// SPDX-License-Identifier: Apache-2.0
// A host whose container has a memory limit.
#include "catch.hpp"
#include "integration/eventually.hpp"
#include "integration/host_program.hpp"
#include "integration/scratch_folder.hpp"
#include "skipped.hpp"

using namespace inferpool::test;

namespace {

constexpr std::uint64_t kMebibyte = 1024 * 1024;

// A cgroup_host. The destructor removes its group.
class CgroupHost {
 public:
  explicit CgroupHost(const std::string& mode) : host_(mode, folder_ / "", "cgroup_host") {
    group_ = host_.line().substr(std::string("group ").size());
    for (std::string line = host_.line(); !line.empty(); line = host_.line())
      lines_.push_back(line);
    status_ = host_.wait();
  }
  CgroupHost(const CgroupHost&) = delete;
  CgroupHost& operator=(const CgroupHost&) = delete;
  ~CgroupHost() {
    eventually([&] { return ::rmdir(group_.c_str()) == 0 || errno == ENOENT; },
               std::chrono::seconds(5));
  }

  // Also writes the reason to the test's output.
  [[nodiscard]] bool skipped() const {
    if (lines_.size() != 1 || !lines_[0].starts_with("skipped")) return false;
    skip(lines_[0].substr(lines_[0].find(' ') + 1));
    return true;
  }
  [[nodiscard]] const std::vector<std::string>& lines() const { return lines_; }
  [[nodiscard]] bool succeeded() const { return WIFEXITED(status_) && WEXITSTATUS(status_) == 0; }
  [[nodiscard]] std::string errors() { return host_.rest_of_stderr(); }

  // How many processes the kernel killed in the group.
  [[nodiscard]] int killed() const {
    for (const char* file : {"/memory.oom_control", "/memory.events"}) {
      std::istringstream in(read_file(group_ + file));
      for (std::string word; in >> word;) {
        int count = 0;
        if (word == "oom_kill" && in >> count) return count;
      }
    }
    throw std::runtime_error("no oom_kill in " + group_);
  }

 private:
  ScratchFolder folder_;
  HostProgram host_;
  std::string group_;
  std::vector<std::string> lines_;
  int status_ = 0;
};

}  // namespace

TEST_CASE(
    "In a memory cgroup the pool refuses before the kernel kills, and works again once there is "
    "room") {
  CgroupHost host("fill");
  if (host.skipped()) return;
  INFO(host.errors());
  REQUIRE(host.succeeded());
  CHECK(host.killed() == 0);
  const auto& lines = host.lines();
  REQUIRE(lines.size() == 6);
  const std::string refused =
      "out_of_memory: a request block of 1048576 bytes does not fit: 134217728 of 134217728 bytes";
  CHECK(lines[0] == "limit " + std::to_string(256 * kMebibyte));
  CHECK_THAT(lines[1], contains("loans 128 " + refused) && contains("shared_memory_limit"));
  CHECK(lines[2] == "held right");
  CHECK_THAT(lines[3], contains("queued 128 " + refused) && contains("shared_memory_limit"));
  CHECK(lines[4] == "empty and full again");
  CHECK(lines[5] == "deaths 0");
}

TEST_CASE(
    "A model that takes more than the memory cgroup has loses its worker, not the host, and the "
    "pool recovers") {
  CgroupHost host("kill");
  if (host.skipped()) return;
  INFO(host.errors());
  REQUIRE(host.succeeded());
  CHECK(host.killed() == 1);
  REQUIRE(host.lines().size() == 3);
  CHECK_THAT(host.lines()[0], contains("greedy worker_lost: ") && contains("SIGKILL"));
  CHECK(host.lines()[1] == "ready again");
  CHECK(host.lines()[2] == "answered 1");
}
