// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

#include "core/file_descriptor.hpp"
#include "process/exit_status.hpp"

namespace inferpool::process {

// One child process, known by its pidfd: signals cannot hit another process that got its number,
// and nobody else's children are touched. Poll pidfd() for POLLIN to learn of its end. Must be
// reaped before it is destroyed.
//
// Where the kernel (or valgrind, or a filter of system calls) gives no pidfd, it is known by its
// number: pidfd() is -1 then, and reap() must be asked now and then.
class Child {
 public:
  Child() noexcept = default;
  // Throws std::runtime_error naming the system call; the process is killed and reaped then.
  explicit Child(pid_t pid);

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  [[nodiscard]] int pidfd() const noexcept { return pidfd_.get(); }

  // No-op for a process that has ended.
  void signal(int number) const noexcept;

  // Kills it and its process group, and waits for it, for kKillGrace at most: what the kernel has
  // not ended by then is left as it is, and is the calling process's zombie one day. No-op for one
  // that was reaped.
  void end() noexcept;

  // Of one that the kernel does not end: from now on it is nobody's to reap, unless it has ended
  // now.
  void leave() noexcept;

  // Bytes of memory that are its own (RssAnon); none where it has ended or the kernel does not say.
  [[nodiscard]] std::optional<std::uint64_t> private_memory() const;

  // The kernel reports that it has ended, though it may be somebody else's to reap. False without a
  // pidfd.
  [[nodiscard]] bool has_ended() const noexcept;

  // How it ended, once it has; takes it out of the process table. What is left of its process
  // group, if it led one, is killed first.
  std::optional<ExitStatus> reap() noexcept;

 private:
  void end_group() const noexcept;
  [[nodiscard]] bool is_child() const noexcept;

  pid_t pid_ = 0;
  bool by_number_ = false;  // and not reaped yet
  core::FileDescriptor pidfd_;
};

}  // namespace inferpool::process
