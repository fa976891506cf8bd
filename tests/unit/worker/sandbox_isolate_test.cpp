// SPDX-License-Identifier: Apache-2.0
// The first step of the sandbox: what a worker can and cannot do while its model loads.
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "catch.hpp"
#include "integration/scratch_folder.hpp"
#include "unit/worker/confined_child.hpp"
#include "worker/sandbox.hpp"

namespace inferpool::worker {
namespace {

using namespace inferpool::test;

TEST_CASE("from isolate() on, while its model loads, a worker cannot look into its parent") {
  CHECK(told_by_child([] {
          isolate();
          const pid_t parent = getppid();
          Deviations none("EPERM");
          none.add("ptrace", ptrace(PTRACE_SEIZE, parent, nullptr, nullptr));
          none.add("memory",
                   open(("/proc/" + std::to_string(parent) + "/mem").c_str(), O_RDONLY) < 0
                       ? "EPERM"
                       : "ok");
          return none.text();
        }) == "");
}

TEST_CASE("after isolate() alone files are made, moved between folders and removed") {
  const ScratchFolder folder;
  CHECK(told_by_child([&] {
          isolate();
          const std::string file = folder / "file";
          const std::string moved = folder / "new/file";
          Deviations none("ok");
          const int fd = open(file.c_str(), O_WRONLY | O_CREAT, 0600);
          none.add("create", fd);
          none.add("write", write(fd, "text", 4));
          none.add("mkdir", mkdir((folder / "new").c_str(), 0700));
          none.add("rename", rename(file.c_str(), moved.c_str()));
          none.add("link", link(moved.c_str(), file.c_str()));
          none.add("unlink", unlink(moved.c_str()));
          none.add("socket", socket(AF_INET, SOCK_STREAM, 0));
          return none.text();
        }) == "");
}

// Both processes are of one user without any rights of root, so only the domain is in the way.
TEST_CASE("a worker of an ordinary user cannot look into its parent either") {
  constexpr uid_t kNobody = 65534;
  CHECK(told_by_child([] {
          if (getuid() == 0 && setresuid(kNobody, kNobody, kNobody) != 0) return outcome(-1);
          prctl(PR_SET_DUMPABLE, 1);
          return told_by_child([] {
            const std::string environment = "/proc/" + std::to_string(getppid()) + "/environ";
            const std::string before = outcome(open(environment.c_str(), O_RDONLY));
            isolate();
            return before + " " + outcome(open(environment.c_str(), O_RDONLY));
          });
        }) == "ok EACCES");
}

}  // namespace
}  // namespace inferpool::worker
