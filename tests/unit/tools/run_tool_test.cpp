// SPDX-License-Identifier: Apache-2.0
#include "tools/run_tool.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <functional>
#include <stdexcept>
#include <string>

#include <inferpool/error.hpp>

#include "catch.hpp"
#include "integration/scratch_folder.hpp"
#include "tools/command_line.hpp"
#include "unit/ipc/forked_child.hpp"

namespace inferpool::test {
namespace {

using tools::print;

// What a tool printed that did this work, and its exit status.
struct Done {
  std::string out;
  std::string err;
  int status;
};

// `prepare` may change the tool's standard streams before it begins.
Done done_by_tool(const std::function<void()>& work, const std::function<void()>& prepare = {}) {
  const ScratchFolder folder;
  const std::string out = folder / "out";
  const std::string err = folder / "err";
  write_file(out);
  write_file(err);
  std::fflush(nullptr);  // else the copy writes it once more
  ForkedChild child([&] {
    dup2(open(out.c_str(), O_WRONLY | O_CLOEXEC), STDOUT_FILENO);
    dup2(open(err.c_str(), O_WRONLY | O_CLOEXEC), STDERR_FILENO);
    if (prepare) prepare();
    return tools::run_tool("some-tool", "Usage: some-tool\n", work);
  });
  const int status = child.exit_code();
  return {read_file(out), read_file(err), status};
}

TEST_CASE("a tool that has done its work has printed all of it, and ends with 0") {
  const Done done = done_by_tool([] { print(std::string("one\0two\n", 8)); });
  CHECK(done.status == 0);
  CHECK(done.out == std::string("one\0two\n", 8));
  CHECK(done.err.empty());
}

TEST_CASE("a tool that is used wrongly shows its usage, and ends with 2") {
  const Done done = done_by_tool([] { throw tools::Usage("--fast is not known"); });
  CHECK(done.status == 2);
  CHECK(done.out.empty());
  CHECK(done.err == "some-tool: --fast is not known\nUsage: some-tool\n");
}

TEST_CASE("a tool that fails tells the error with its details, and ends with 1") {
  const Done lost = done_by_tool(
      [] { throw Error(ErrorCode::kWorkerLost, "it is gone", {.stderr_tail = "out of luck\n"}); });
  CHECK(lost.status == 1);
  CHECK_THAT(lost.err, contains("some-tool: worker_lost: it is gone\n") && contains("out of luck"));
  const Done other = done_by_tool([] { throw std::runtime_error("no such file"); });
  CHECK(other.status == 1);
  CHECK(other.err == "some-tool: no such file\n");
}

TEST_CASE("a tool whose reader went away says so instead of ending by SIGPIPE") {
  const Done done = done_by_tool([] { print("an answer"); },
                                 [] {
                                   std::array<int, 2> ends{};
                                   if (pipe(ends.data()) != 0) return;
                                   dup2(ends[1], STDOUT_FILENO);
                                   close(ends[0]);
                                   close(ends[1]);
                                 });
  CHECK(done.status == 1);
  CHECK(done.err == "some-tool: stdout cannot be written: Broken pipe\n");
}

TEST_CASE("a tool without stdout does no work") {
  const Done done =
      done_by_tool([] { tools::print_error("it works"); }, [] { close(STDOUT_FILENO); });
  CHECK(done.status == 1);
  CHECK(done.err == "some-tool: stdout is closed\n");
}

TEST_CASE("a file that a tool opens never gets the number of a closed standard stream") {
  const Done done = done_by_tool(
      [] {
        const int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
        print(fd > STDERR_FILENO ? "above" : "a standard stream");
      },
      [] {
        close(STDIN_FILENO);
        close(STDERR_FILENO);
      });
  CHECK(done.status == 0);
  CHECK(done.out == "above");
}

}  // namespace
}  // namespace inferpool::test
