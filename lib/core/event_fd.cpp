// SPDX-License-Identifier: Apache-2.0
#include "core/event_fd.hpp"

#include <sys/eventfd.h>

#include <cerrno>
#include <stdexcept>

#include "core/system_error.hpp"

namespace inferpool::core {

EventFd::EventFd() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!fd_) throw std::runtime_error(system_failure("eventfd", errno));
}

void EventFd::signal() const noexcept { eventfd_write(fd_.get(), 1); }

void EventFd::clear() const noexcept {
  eventfd_t count = 0;
  eventfd_read(fd_.get(), &count);
}

}  // namespace inferpool::core
