// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

#include "core/file_descriptor.hpp"
#include "process/exit_status.hpp"

namespace inferpool::process {

// One child process, known by its pidfd: signals cannot hit another process that got its number,
// and the host's other children are left alone. Poll pidfd() for POLLIN to learn of its end. Reap
// it before you destroy it.
//
// Where there is no pidfd (an old kernel, valgrind, a filter of system calls), it is known by its
// number: pidfd() is -1, and reap() must be called now and then.
class Child {
 public:
  Child() noexcept = default;
  // Kills and reaps the process if it throws std::runtime_error, which names the system call.
  explicit Child(pid_t pid);

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  [[nodiscard]] int pidfd() const noexcept { return pidfd_.get(); }

  // No-op for a process that has ended.
  void signal(int number) const noexcept;

  // Kills it and its process group, and waits at most kKillGrace for its end. If the kernel has not
  // ended it by then, it is left alone, and becomes a zombie of the host later. No-op for a process
  // that was reaped.
  void end() noexcept;

  // Reaps it if it has ended, and else gives it up: for a process that the kernel does not end.
  void leave() noexcept;

  // Bytes of memory that are its own (RssAnon); nothing if it has ended or the kernel does not say.
  [[nodiscard]] std::optional<std::uint64_t> private_memory() const;

  // Whether the kernel reports that it has ended, even if other code reaps it. False without a
  // pidfd.
  [[nodiscard]] bool has_ended() const noexcept;

  // How it ended, once it has; takes it out of the process table. If it led a process group, the
  // rest of the group is killed first.
  std::optional<ExitStatus> reap() noexcept;

 private:
  void end_group() const noexcept;
  [[nodiscard]] bool is_child() const noexcept;

  pid_t pid_ = 0;
  bool by_number_ = false;  // known by its number, and not reaped yet
  core::FileDescriptor pidfd_;
};

}  // namespace inferpool::process
