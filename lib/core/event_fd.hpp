// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/file_descriptor.hpp"

namespace inferpool::core {

// Ends another thread's poll(). Thread-safety: safe from many threads.
class EventFd {
 public:
  // Throws std::runtime_error, which names the system call.
  EventFd();
  void signal() const noexcept;
  void clear() const noexcept;
  [[nodiscard]] int fd() const noexcept { return fd_.get(); }

 private:
  FileDescriptor fd_;
};

}  // namespace inferpool::core
