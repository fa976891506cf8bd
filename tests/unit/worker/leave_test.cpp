// SPDX-License-Identifier: Apache-2.0
#include "worker/leave.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

#include "catch.hpp"
#include "unit/ipc/forked_child.hpp"

namespace inferpool::worker {
namespace {

using test::ForkedChild;

// Ends the process if nothing else does.
[[noreturn]] void wait_for_the_end() {
  alarm(20);
  for (;;) pause();
}

TEST_CASE("a worker leaves when its host's end of the socket closes") {
  std::array<int, 2> ends{};
  REQUIRE(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) == 0);
  ForkedChild child([&]() -> int {
    close(ends[0]);
    leave_with_host(ends[1], [] {});
    wait_for_the_end();
  });
  close(ends[1]);
  close(ends[0]);
  CHECK(child.exit_code() == 0);
}

TEST_CASE(
    "a worker whose model closed the socket to the host leaves, instead of waiting for ever") {
  std::array<int, 2> ends{};
  REQUIRE(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) == 0);
  ForkedChild child([&]() -> int {
    close(ends[1]);
    leave_with_host(ends[1], [] {});
    wait_for_the_end();
  });
  CHECK(child.exit_code() == 0);
  close(ends[0]);
  close(ends[1]);
}

constexpr std::array kToEverybody{SIGINT, SIGTERM, SIGHUP, SIGPIPE};

// The signal that ended it; 0 if it ended by itself.
int ended_by(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

TEST_CASE("a worker survives the signals that are sent to everybody") {
  ForkedChild child([]() -> int {
    defer_to_host();
    for (const int number : kToEverybody) raise(number);
    return 7;
  });
  CHECK(child.exit_code() == 7);
}

TEST_CASE("a fork of a worker ends at these signals, however early they come", "[W9]") {
  ForkedChild child([]() -> int {
    defer_to_host();
    for (int i = 0; i < 200; ++i) {
      for (const int number : kToEverybody) {
        const pid_t pid = fork();
        if (pid == 0) wait_for_the_end();
        kill(pid, number);
        if (ended_by(pid) != number) return 1;
      }
    }
    return 0;
  });
  CHECK(child.exit_code() == 0);
}

TEST_CASE("a program that a worker starts has all signals at their defaults, none blocked",
          "[W9]") {
  ForkedChild child([]() -> int {
    // As at the start of a worker, whatever runs the test.
    for (int number = 1; number < NSIG; ++number) signal(number, SIG_DFL);
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) signal(number, SIG_IGN);
    defer_to_host();
    // The last digits are signals 1 to 28; two behind them are the C library's own.
    constexpr const char* kIgnoredOrBlocked =
        "grep -E '^Sig(Ign|Blk):' /proc/self/status | grep -qv '0000000$' && exit 1; kill -TERM $$";
    const int status = system(kIgnoredOrBlocked);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM ? 0 : 1;
  });
  CHECK(child.exit_code() == 0);
}

TEST_CASE("a write beyond RLIMIT_FSIZE fails in a worker, and does not end it") {
  ForkedChild child([]() -> int {
    defer_to_host();
    const rlimit limit{10, 10};
    const int file = memfd_create("file", MFD_CLOEXEC);
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0 || file < 0) return 1;
    if (write(file, "0123456789", 10) != 10) return 2;
    return write(file, "x", 1) < 0 && errno == EFBIG ? 0 : 3;
  });
  CHECK(child.exit_code() == 0);
}

}  // namespace
}  // namespace inferpool::worker
