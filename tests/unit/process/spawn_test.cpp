// SPDX-License-Identifier: Apache-2.0
#include "process/spawn.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "call_filters.hpp"
#include "catch.hpp"
#include "integration/eventually.hpp"

namespace inferpool::process {
namespace {

using inferpool::test::contains;

struct Spawning {
  core::FileDescriptor kept_ours, kept_theirs, output_ours, output_theirs;
  Spawning() {
    std::array<int, 2> fds{};
    REQUIRE(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds.data()) == 0);
    kept_ours = core::FileDescriptor(fds[0]);
    kept_theirs = core::FileDescriptor(fds[1]);
    REQUIRE(pipe2(fds.data(), O_CLOEXEC) == 0);
    output_ours = core::FileDescriptor(fds[0]);
    output_theirs = core::FileDescriptor(fds[1]);
  }
  Program program(const char* executable, std::vector<std::string> arguments) const {
    Program program;
    program.executable = executable;
    program.arguments = std::move(arguments);
    program.environment = {"INFERPOOL_TEST=yes", "EMPTY="};
    program.kept = kept_theirs.get();
    program.output = output_theirs.get();
    return program;
  }
  // All that the child wrote, once it has ended.
  std::string output(Child& child) {
    kept_theirs.reset();
    output_theirs.reset();
    std::string text;
    std::array<char, 512> buffer;
    for (ssize_t n = 0; (n = read(output_ours.get(), buffer.data(), buffer.size())) > 0;) {
      text.append(buffer.data(), static_cast<std::size_t>(n));
    }
    pollfd poll_fd{child.pidfd(), POLLIN, 0};
    REQUIRE(poll(&poll_fd, 1, 10'000) == 1);
    status = child.reap();
    return text;
  }
  std::optional<ExitStatus> status;
};

TEST_CASE("a child has the given environment and nothing else, and writes where it was told") {
  Spawning spawning;
  Child child = spawn(spawning.program("/usr/bin/env", {}));
  const std::string text = spawning.output(child);
  CHECK_THAT(text, contains("INFERPOOL_TEST=yes"));
  CHECK_THAT(text, contains("EMPTY="));
  CHECK(text.find("PATH=") == std::string::npos);
  CHECK(spawning.status->code == 0);
}

TEST_CASE("a child whose thread ends before the child is prepared does not stay") {
  constexpr int kLong = 200'000;  // system calls, in which the thread has ended
  Spawning spawning;
  Program program = spawning.program("/bin/sleep", {"100"});
  const std::pair<int, std::uint64_t> core(RLIMIT_CORE, 0);
  program.rlimits.assign(kLong, core);
  std::optional<Child> child;
  std::thread([&] { child.emplace(spawn(program)); }).join();
  CHECK(test::eventually([&] { return child->has_ended(); }, std::chrono::seconds(10)));
  child->end();
}

TEST_CASE("a child has standard input, output, error and the kept descriptor, and no other") {
  Spawning spawning;
  const core::FileDescriptor leaky(
      open("/dev/null", O_RDONLY));  // not close-on-exec: another part of the host forgot
  Child child = spawn(spawning.program("/bin/sh", {"-c", "echo /proc/$$/fd/*"}));
  const int kept = spawning.kept_theirs.get();
  const std::string text = spawning.output(child);
  CHECK_THAT(text, contains("/fd/" + std::to_string(kept)));
  CHECK(text.find("/fd/" + std::to_string(leaky.get())) == std::string::npos);
}

TEST_CASE("a child has no signal blocked or ignored") {
  signal(SIGPIPE, SIG_IGN);
  Spawning spawning;
  Child child = spawn(spawning.program("/bin/grep", {"-E", "SigBlk|SigIgn", "/proc/self/status"}));
  signal(SIGPIPE, SIG_DFL);
  CHECK(spawning.output(child) == "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}

TEST_CASE("a child has the folder and the umask that it is given, else the host's", "[H5]") {
  const core::FileDescriptor folder(open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC));
  const auto here = std::filesystem::current_path().string();
  for (const bool given : {true, false}) {
    Spawning spawning;
    Program program = spawning.program("/bin/sh", {"-c", "pwd -P; umask"});
    if (given) program.folder = folder.get();
    if (given) program.file_mask = 0123;
    const mode_t before = umask(0045);
    Child child = spawn(program);
    umask(before);
    CHECK(spawning.output(child) == (given ? "/proc\n0123\n" : here + "\n0045\n"));
  }
}

TEST_CASE("a child can gain no rights by what it executes") {
  Spawning spawning;
  Child child = spawn(spawning.program("/bin/grep", {"NoNewPrivs", "/proc/self/status"}));
  CHECK(spawning.output(child) == "NoNewPrivs:\t1\n");
}

TEST_CASE("a limit of core dumps holds in the child") {
  Spawning spawning;
  Program program = spawning.program("/bin/sh", {"-c", "ulimit -S -c; ulimit -H -c"});
  program.rlimits = {{RLIMIT_CORE, 0}};
  Child child = spawn(program);
  CHECK(spawning.output(child) == "0\n0\n");
}

TEST_CASE("a child executes the image, and has the executable's path as its first argument") {
  Spawning spawning;
  Program program = spawning.program("/no/such/program", {"-c", "echo $0"});
  program.image = "/bin/sh";
  Child child = spawn(program);
  CHECK(spawning.output(child) == "/no/such/program\n");
}

TEST_CASE("a child ignores the signals that it is told to ignore, from its first instruction on") {
  Spawning spawning;
  Program program = spawning.program("/bin/grep", {"SigIgn", "/proc/self/status"});
  program.ignored_signals = {SIGINT, SIGTERM};
  Child child = spawn(program);
  CHECK(spawning.output(child) == "SigIgn:\t0000000000004002\n");
}

TEST_CASE("where close_range is refused, a child has no other descriptors, either") {
  Spawning spawning;
  const core::FileDescriptor leaky(open("/dev/null", O_RDONLY));
  const core::FileDescriptor high(fcntl(leaky.get(), F_DUPFD, 900));
  REQUIRE(high);
  const int kept = spawning.kept_theirs.get();
  std::string text;
  if (test::skipped_without_filters()) return;
  test::without_calls({SYS_close_range}, [&] {
    Child child = spawn(spawning.program("/bin/sh", {"-c", "echo /proc/$$/fd/*"}));
    text = spawning.output(child);
  });
  CHECK_THAT(text, contains("/fd/" + std::to_string(kept)));
  CHECK(text.find("/fd/" + std::to_string(leaky.get())) == std::string::npos);
  CHECK(text.find("/fd/900") == std::string::npos);
}

TEST_CASE("a child is in a process group of its own") {
  Spawning spawning;
  Child child = spawn(spawning.program("/bin/sh", {"-c", "cut -d' ' -f5 /proc/$$/stat"}));
  const pid_t pid = child.pid();
  CHECK_THAT(spawning.output(child), contains(std::to_string(pid)));
}

TEST_CASE(
    "an executable that cannot be run is reported on the kept descriptor with its error number") {
  Spawning spawning;
  Child child = spawn(spawning.program("/no/such/program", {}));
  spawning.kept_theirs.reset();
  int error = 0;
  REQUIRE(recv(spawning.kept_ours.get(), &error, sizeof(error), 0) == sizeof(error));
  CHECK(error == ENOENT);
  spawning.output(child);
  CHECK(spawning.status);
}

}  // namespace
}  // namespace inferpool::process
