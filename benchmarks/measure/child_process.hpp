// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace bench {

// A program started by a bare fork and exec; its stdout is a pipe to this process. The object ends
// it. It ends with the thread that made it, too. Not thread-safe.
class ChildProcess {
 public:
  struct End {
    int exit_status = -1;  // -1: it was ended by a signal
    rusage used{};
  };

  // The executable's path and its arguments. Throws std::system_error; a program that cannot be
  // executed ends with exit status 127.
  explicit ChildProcess(const std::vector<std::string>& command);
  // Kills it where it was not waited for.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  // Waits for so many bytes of its stdout; false where it closes that before.
  [[nodiscard]] bool read(std::span<std::byte> bytes);
  // Waits until it has ended.
  End wait();

 private:
  pid_t pid_ = -1;
  int output_ = -1;
};

}  // namespace bench
