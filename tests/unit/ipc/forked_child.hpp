// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace inferpool::test {

// A copy of this process that runs `body` and exits with its return value. Killed if nothing waited
// for it.
class ForkedChild {
 public:
  template <typename Body>
  explicit ForkedChild(Body body) : pid_(fork()) {
    if (pid_ == 0) _exit(static_cast<int>(body()));
  }
  ForkedChild(const ForkedChild&) = delete;
  ForkedChild& operator=(const ForkedChild&) = delete;
  ~ForkedChild() {
    if (pid_ > 0) kill();
  }

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }

  void kill() noexcept {
    ::kill(pid_, SIGKILL);
    exit_code();
  }

  // Waits for its end. -1: it did not exit by itself.
  int exit_code() noexcept {
    int status = 0;
    if (waitpid(pid_, &status, 0) != pid_) return -1;
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t pid_;
};

}  // namespace inferpool::test
