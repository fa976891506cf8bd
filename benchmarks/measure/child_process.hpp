// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace bench {

// A program started by a bare fork and exec; its stdout is a pipe to this process. It ends with the
// object, and with the thread that made it. Not thread-safe.
class ChildProcess {
 public:
  struct End {
    int exit_status = -1;  // -1: a signal ended it
    rusage used{};
  };

  // Starts the executable with this path and these arguments. Throws std::system_error. A program
  // that cannot be executed ends with exit status 127.
  explicit ChildProcess(const std::vector<std::string>& command);
  // Kills the program unless wait() has returned.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  // Fills `bytes` from its stdout; false if it closes stdout before.
  [[nodiscard]] bool read(std::span<std::byte> bytes);
  // Waits for its end.
  End wait();

 private:
  pid_t pid_ = -1;
  int output_ = -1;
};

}  // namespace bench
