// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <string>

namespace inferpool::test {

// A process that follows another as a debugger that stands at its prompt: when that one ends, only
// the debugger could take its status, and does not.
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

  // It takes a moment; where the system forbids it, it does not come to that.
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
