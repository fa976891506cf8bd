// SPDX-License-Identifier: Apache-2.0
#include "core/event_fd.hpp"

#include <fcntl.h>
#include <poll.h>

#include "catch.hpp"

namespace inferpool::core {
namespace {

bool readable(const EventFd& event) {
  pollfd poll_fd{event.fd(), POLLIN, 0};
  return poll(&poll_fd, 1, 0) == 1;
}

TEST_CASE("a signalled event ends a poll until it is cleared, however often it was signalled") {
  const EventFd event;
  CHECK_FALSE(readable(event));
  event.signal();
  event.signal();
  CHECK(readable(event));
  event.clear();
  CHECK_FALSE(readable(event));
  event.clear();  // does not block
  CHECK((fcntl(event.fd(), F_GETFD) & FD_CLOEXEC) != 0);
}

}  // namespace
}  // namespace inferpool::core
