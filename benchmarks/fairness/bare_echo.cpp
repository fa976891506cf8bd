// SPDX-License-Identifier: Apache-2.0
#include "fairness/bare_echo.hpp"

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace bench {
namespace {

[[noreturn]] void fail(const char* call) {
  throw std::system_error(errno, std::generic_category(), call);
}

// Ends when the other end is closed.
[[noreturn]] void answer(int socket) {
  char byte = 0;
  while (read(socket, &byte, 1) == 1 && write(socket, &byte, 1) == 1) {
  }
  _exit(0);
}

}  // namespace

BareEcho::BareEcho() {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) fail("socketpair");
  pid_ = fork();
  if (pid_ == 0) {
    close(ends[0]);
    answer(ends[1]);
  }
  const int error = errno;
  close(ends[1]);
  socket_ = ends[0];
  if (pid_ > 0) return;
  close(socket_);
  throw std::system_error(error, std::generic_category(), "fork");
}

BareEcho::~BareEcho() {
  close(socket_);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

void BareEcho::round_trip() {
  char byte = 0;
  if (write(socket_, &byte, 1) != 1) fail("write");
  if (read(socket_, &byte, 1) != 1) fail("read");
}

}  // namespace bench
