// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <functional>

namespace bench {

// A fork of this process that runs `body` on `core`. It is killed when the object or this process
// ends. Make it before there are threads. Throws std::system_error.
class Child {
 public:
  Child(int core, const std::function<void()>& body);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }

 private:
  pid_t pid_;
};

}  // namespace bench
