// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <string>

namespace inferpool::test {

// A process that follows another one, like a debugger that waits at its prompt. When the followed
// process ends, only the debugger could take its status, and it does not.
class Debugger {
 public:
  explicit Debugger(int pid) : followed_(pid), process_(::fork()) {
    if (process_ != 0) return;
    ::ptrace(PTRACE_SEIZE, pid, 0, 0);
    for (;;) ::pause();
  }
  ~Debugger() {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  Debugger(const Debugger&) = delete;
  Debugger& operator=(const Debugger&) = delete;

  // Whether it follows already. That takes a moment, and never happens if the system forbids it.
  [[nodiscard]] bool follows() const {
    std::ifstream file("/proc/" + std::to_string(followed_) + "/status");
    for (std::string line; std::getline(file, line);) {
      if (line.starts_with("TracerPid:")) return std::stoi(line.substr(10)) == process_;
    }
    return false;
  }

 private:
  int followed_;
  int process_;
};

}  // namespace inferpool::test
