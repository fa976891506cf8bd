// SPDX-License-Identifier: Apache-2.0
#include "process/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "core/clock.hpp"
#include "core/system_error.hpp"

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

namespace inferpool::process {
namespace {

std::chrono::nanoseconds duration(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

ResourceUsage usage_of(const rusage& usage) {
  return {.user_time = duration(usage.ru_utime),
          .system_time = duration(usage.ru_stime),
          .max_resident = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024,
          .major_faults = static_cast<std::uint64_t>(usage.ru_majflt)};
}

}  // namespace

Child::Child(pid_t pid) : pid_(pid), pidfd_(static_cast<int>(syscall(SYS_pidfd_open, pid, 0))) {
  if (pidfd_ || errno == ESRCH) return;  // ESRCH: it ended, and other code reaped it
  const int error = errno;
  by_number_ = error == ENOSYS || error == EPERM;
  if (by_number_) return;
  kill(pid, SIGKILL);
  waitpid(pid, nullptr, 0);
  throw std::runtime_error(core::system_failure("pidfd_open", error));
}

// Once other code has reaped it, its number may belong to another process.
bool Child::is_child() const noexcept {
  siginfo_t info{};
  return waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

void Child::signal(int number) const noexcept {
  if (pidfd_) syscall(SYS_pidfd_send_signal, pidfd_.get(), number, nullptr, 0);
  if (by_number_ && is_child()) kill(pid_, number);
}

// Until it is reaped, its number belongs to no other process and no other group.
void Child::end_group() const noexcept {
  const auto type = static_cast<idtype_t>(pidfd_ ? P_PIDFD : P_PID);
  const auto id = static_cast<id_t>(pidfd_ ? pidfd_.get() : pid_);
  siginfo_t info{};
  if (waitid(type, id, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid_)
    kill(-pid_, SIGKILL);
}

void Child::end() noexcept {
  if (!pidfd_ && !by_number_) return;
  signal(SIGKILL);
  constexpr int kLookMilliseconds = 5;
  const core::TimePoint until = core::after(core::Clock::now(), kKillGrace);
  for (bool reported = false; !reap() && core::Clock::now() < until;) {
    pollfd poll_fd{pidfd_.get(), POLLIN, 0};  // poll ignores -1
    const bool has_ended = poll(&poll_fd, 1, kLookMilliseconds) > 0;
    // If it has ended and cannot be reaped, poll returns at once each time.
    if (has_ended && std::exchange(reported, true)) poll(nullptr, 0, kLookMilliseconds);
  }
  leave();
}

void Child::leave() noexcept {
  static_cast<void>(reap());
  pidfd_.reset();
  by_number_ = false;
}

std::optional<std::uint64_t> Child::private_memory() const {
  const std::string path = "/proc/" + std::to_string(pid_) + "/status";
  const core::FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, 4096> buffer;
  const ssize_t size = file ? read(file.get(), buffer.data(), buffer.size()) : 0;
  // It still lives, so the number was its own while the file was read.
  if (size <= 0 || !pidfd_ || has_ended()) return std::nullopt;
  constexpr std::string_view kName = "\nRssAnon:";
  const std::string_view text(buffer.data(), static_cast<std::size_t>(size));
  const auto name = text.find(kName);
  if (name == std::string_view::npos) return std::nullopt;
  const auto digits = text.find_first_of("0123456789", name);
  std::uint64_t kib = 0;
  if (digits == std::string_view::npos ||
      std::from_chars(text.data() + digits, text.data() + text.size(), kib).ec != std::errc{})
    return std::nullopt;
  return kib * 1024;
}

bool Child::has_ended() const noexcept {
  pollfd poll_fd{pidfd_.get(), POLLIN, 0};
  return pidfd_ && poll(&poll_fd, 1, 0) == 1;
}

std::optional<ExitStatus> Child::reap() noexcept {
  if (!pidfd_ && !by_number_) return ExitStatus{};
  end_group();
  const auto type = static_cast<idtype_t>(pidfd_ ? P_PIDFD : P_PID);
  const auto id = static_cast<id_t>(pidfd_ ? pidfd_.get() : pid_);
  siginfo_t info{};
  rusage used{};
  long result = 0;
  do {  // the system call itself: the C library's function does not give the usage
    result = syscall(SYS_waitid, type, id, &info, WEXITED | WNOHANG, &used);
  } while (result != 0 && errno == EINTR);
  if (result == 0 && info.si_pid == 0) return std::nullopt;
  if (result == 0) {
    by_number_ = false;
    ExitStatus status{.usage = usage_of(used)};
    (info.si_code == CLD_EXITED ? status.code : status.signal) = info.si_status;
    return status;
  }
  // ECHILD: the host ignores SIGCHLD or reaps everything. Without a pidfd this means that it has
  // ended; a pidfd still says whether it has.
  if (std::exchange(by_number_, false)) return ExitStatus{};
  if (has_ended()) return ExitStatus{};
  return std::nullopt;
}

}  // namespace inferpool::process
