// SPDX-License-Identifier: Apache-2.0
#include "process/child.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>

#include "core/system_error.hpp"

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

namespace inferpool::process {

Child::Child(pid_t pid) : pid_(pid), pidfd_(static_cast<int>(syscall(SYS_pidfd_open, pid, 0))) {
  if (pidfd_ || errno == ESRCH) return;  // ESRCH: it ended and somebody else reaped it
  const int error = errno;
  kill(pid, SIGKILL);
  waitpid(pid, nullptr, 0);
  throw std::runtime_error(system_failure("pidfd_open", error));
}

void Child::signal(int number) const noexcept {
  if (pidfd_) syscall(SYS_pidfd_send_signal, pidfd_.get(), number, nullptr, 0);
}

void Child::end() noexcept {
  if (!pidfd_) return;
  signal(SIGKILL);
  pollfd poll_fd{pidfd_.get(), POLLIN, 0};
  while (poll(&poll_fd, 1, -1) < 0 && errno == EINTR) {
  }
  reap();
  pidfd_.reset();
}

std::optional<ExitStatus> Child::reap() noexcept {
  if (!pidfd_) return ExitStatus{};
  siginfo_t info{};
  int result = 0;
  do {
    result = waitid(static_cast<idtype_t>(P_PIDFD), static_cast<id_t>(pidfd_.get()), &info,
                    WEXITED | WNOHANG);
  } while (result != 0 && errno == EINTR);
  if (result == 0 && info.si_pid != 0) {
    if (info.si_code == CLD_EXITED) return ExitStatus{.code = info.si_status};
    return ExitStatus{.signal = info.si_status};
  }
  if (result == 0) return std::nullopt;
  // ECHILD: the host ignores SIGCHLD or reaps everything. The pidfd still says whether it has
  // ended.
  pollfd poll_fd{pidfd_.get(), POLLIN, 0};
  if (poll(&poll_fd, 1, 0) == 1) return ExitStatus{};
  return std::nullopt;
}

}  // namespace inferpool::process
