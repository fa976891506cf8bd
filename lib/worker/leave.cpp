// SPDX-License-Identifier: Apache-2.0
#include "worker/leave.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <thread>

#include "core/file_descriptor.hpp"
#include "core/quiet_signals.hpp"
#include "core/system_error.hpp"

namespace inferpool::worker {
namespace {

constexpr int kHousekeepingMilliseconds = 10'000;

void raise_oom_score() noexcept {
  const core::FileDescriptor file(open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC));
  constexpr std::string_view kScore = "500";
  if (!file) return;
  [[maybe_unused]] const ssize_t written = write(file.get(), kScore.data(), kScore.size());
}

// SIGXFSZ is for a write beyond RLIMIT_FSIZE: the write fails (EFBIG), and the process goes on.
constexpr std::array kDeferred{SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGXFSZ};

// A handler instead of SIG_IGN, because a program that the model starts would inherit SIG_IGN,
// while exec resets a handler. Interrupted calls go on.
void stay(int /*number*/) {}

// A process that the model forks has no host that decides when it leaves, so it gets the default
// handlers. Until it has them, the signals wait.
thread_local sigset_t before_fork;

void hold_signals() {
  sigset_t deferred;
  sigemptyset(&deferred);
  for (const int number : kDeferred) sigaddset(&deferred, number);
  pthread_sigmask(SIG_BLOCK, &deferred, &before_fork);
}

void let_signals() { pthread_sigmask(SIG_SETMASK, &before_fork, nullptr); }

void leave_by_itself() {
  for (const int number : kDeferred) {
    struct sigaction action {};
    if (sigaction(number, nullptr, &action) == 0 && action.sa_handler == stay)
      signal(number, SIG_DFL);
  }
  let_signals();
}

}  // namespace

void take_name(std::string_view program) noexcept {
  program.remove_prefix(program.rfind('/') + 1);
  std::array<char, 16> name{};  // as much as the kernel keeps, and a NUL
  program.substr(0, name.size() - 1).copy(name.data(), name.size() - 1);
  prctl(PR_SET_NAME, name.data());
}

void defer_to_host() noexcept {
  struct sigaction action {};
  action.sa_handler = stay;
  action.sa_flags = SA_RESTART;
  for (const int number : kDeferred) sigaction(number, &action, nullptr);
  pthread_atfork(hold_signals, let_signals, leave_by_itself);
  raise_oom_score();
}

// RLIMIT_CORE = 0 does not stop core dumps that go through a pipe.
void forbid_dumps() noexcept { prctl(PR_SET_DUMPABLE, 0); }

void leave_with_host(int control_fd, std::function<void()> housekeeping) try {
  const core::QuietSignals quiet;  // signals are for the model's threads
  std::thread([control_fd, housekeeping = std::move(housekeeping)] {
    for (;;) {
      pollfd poll_fd{control_fd, POLLRDHUP, 0};
      const int ready = poll(&poll_fd, 1, kHousekeepingMilliseconds);
      // POLLNVAL: the model closed a descriptor that is not its own.
      if (ready > 0 && (poll_fd.revents & (POLLRDHUP | POLLHUP | POLLERR | POLLNVAL)) != 0)
        _exit(0);
      if (ready == 0) housekeeping();
    }
  }).detach();
} catch (const std::system_error& error) {
  throw std::runtime_error(
      core::system_failure("the thread that watches the host", error.code().value()));
}

}  // namespace inferpool::worker
