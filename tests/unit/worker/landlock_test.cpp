// SPDX-License-Identifier: Apache-2.0
#include "worker/landlock.hpp"

#include <sys/socket.h>
#include <sys/stat.h>

#include <future>

#include "catch.hpp"
#include "integration/scratch_folder.hpp"
#include "unit/worker/confined_child.hpp"

namespace inferpool::worker {
namespace {

using namespace inferpool::test;

TEST_CASE("forbid_writing() by itself refuses each change by name, and leaves reading") {
  const ScratchFolder folder;
  const std::string file = folder / "file";
  write_file(file, "content");
  CHECK(told_by_child([&] {
          enter_own_domain();
          forbid_writing();
          Deviations none("EACCES");
          none.add("write", open(file.c_str(), O_WRONLY));
          none.add("create", open((folder / "new").c_str(), O_WRONLY | O_CREAT, 0600));
          none.add("unlink", unlink(file.c_str()));
          none.add("mkdir", mkdir((folder / "new").c_str(), 0700));
          none.add("execute", execl("/bin/true", "true", nullptr));
          none.add("later threads", std::async(std::launch::async, [&] {
                                      return outcome(unlink(file.c_str()));
                                    }).get());
          return none.text() + outcome(open(file.c_str(), O_RDONLY));
        }) == "ok");
}

TEST_CASE("in a domain of its own a process sees itself, and not its parent") {
  CHECK(told_by_child([] {
          enter_own_domain();
          const std::string parent = "/proc/" + std::to_string(getppid());
          return outcome(open("/proc/self/mem", O_RDONLY)) + " " +
                 outcome(open((parent + "/mem").c_str(), O_RDONLY)) + " " +
                 outcome(open((parent + "/status").c_str(), O_RDONLY));
        }) == "ok EACCES ok");
}

}  // namespace
}  // namespace inferpool::worker
