// SPDX-License-Identifier: Apache-2.0
#include "worker/leave.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "catch.hpp"
#include "unit/ipc/forked_child.hpp"

namespace inferpool::worker {
namespace {

using test::ForkedChild;

// What such a process ends with that nothing else ends.
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
    "a worker whose model closed the socket to the host leaves, instead of looking for ever") {
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
