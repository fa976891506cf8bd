// SPDX-License-Identifier: Apache-2.0
#include "measure/child_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
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

// Runs in the child, so it makes only async-signal-safe calls.
[[noreturn]] void execute(char** arguments, int output) {
  dup2(output, STDOUT_FILENO);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  execv(arguments[0], arguments);
  _exit(127);
}

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& command) {
  std::vector<char*> arguments;
  for (const std::string& argument : command)
    arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) fail("pipe2");
  pid_ = fork();
  if (pid_ == 0) execute(arguments.data(), ends[1]);
  const int error = errno;
  close(ends[1]);
  output_ = ends[0];
  if (pid_ > 0) return;
  close(output_);
  throw std::system_error(error, std::generic_category(), "fork");
}

ChildProcess::~ChildProcess() {
  close(output_);
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

bool ChildProcess::read(std::span<std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t size = ::read(output_, bytes.data(), bytes.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(size));
  }
  return true;
}

ChildProcess::End ChildProcess::wait() {
  End end;
  int status = 0;
  while (wait4(pid_, &status, 0, &end.used) < 0) {
    if (errno != EINTR) fail("wait4");
  }
  pid_ = -1;
  if (WIFEXITED(status)) end.exit_status = WEXITSTATUS(status);
  return end;
}

}  // namespace bench
