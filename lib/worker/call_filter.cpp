// SPDX-License-Identifier: Apache-2.0
#include "worker/call_filter.hpp"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/fs.h>
#include <linux/fscrypt.h>
#include <linux/fsverity.h>
#include <linux/msdos_fs.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <stdexcept>

#include "core/format.hpp"
#include "core/system_error.hpp"
#include "worker/refused_calls.hpp"

namespace inferpool::worker {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#else
#error "no filter of system calls for this processor"
#endif

// The numbers that both processors share; older headers lack their names.
constexpr std::uint32_t kClone3 = 435;
constexpr std::uint32_t kOpenat2 = 437;
constexpr std::uint32_t kLastKnown = 462;  // mseal

constexpr std::uint32_t kRefuse = SECCOMP_RET_ERRNO | EPERM;
constexpr std::uint32_t kUnknown = SECCOMP_RET_ERRNO | ENOSYS;

constexpr std::uint32_t kWriting = O_ACCMODE | O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY);
constexpr std::uint32_t kSocketType = 0xf;
constexpr std::uint32_t kNewNamespaces = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS |
                                         CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;

// Changes of a file, its file system or its keys through a descriptor that may only read, input to
// a terminal, and signals to others by way of a descriptor.
constexpr std::array<std::uint32_t, 14> kRefusedControls{FS_IOC_SETFLAGS,
                                                         FS_IOC_SETVERSION,
                                                         FS_IOC_ENABLE_VERITY,
                                                         FS_IOC_SET_ENCRYPTION_POLICY,
                                                         FS_IOC_ADD_ENCRYPTION_KEY,
                                                         FS_IOC_REMOVE_ENCRYPTION_KEY,
                                                         FS_IOC_REMOVE_ENCRYPTION_KEY_ALL_USERS,
                                                         FAT_IOCTL_SET_ATTRIBUTES,
                                                         FS_IOC32_SETFLAGS,
                                                         FS_IOC_FSSETXATTR,
                                                         0x5412 /* TIOCSTI */,
                                                         0x541C /* TIOCLINUX */,
                                                         0x8901 /* FIOSETOWN */,
                                                         0x8902 /* SIOCSPGRP */};
// All that btrfs has: it makes and removes subvolumes through a folder that is open for reading.
constexpr std::uint32_t kKindOfControl = 0xff00;
constexpr std::uint32_t kBtrfs = 0x9400;
constexpr std::array<std::uint32_t, 4> kRefusedCommands{F_SETOWN, F_SETSIG, F_SETOWN_EX,
                                                        F_SETLEASE};

sock_filter give(std::uint32_t verdict) { return {BPF_RET | BPF_K, 0, 0, verdict}; }
sock_filter load(std::size_t offset) {
  return {BPF_LD | BPF_W | BPF_ABS, 0, 0, static_cast<std::uint32_t>(offset)};
}
// The lower half, which is all that the kernel takes of an int, on machines of this byte order.
sock_filter argument(std::size_t number) {
  static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);
  return load(offsetof(seccomp_data, args) + number * sizeof(std::uint64_t));
}
sock_filter keep(std::uint32_t bits) { return {BPF_ALU | BPF_AND | BPF_K, 0, 0, bits}; }
sock_filter skip_unless(std::uint32_t value, std::size_t count) {
  return {BPF_JMP | BPF_JEQ | BPF_K, 0, static_cast<std::uint8_t>(count), value};
}
sock_filter skip_if(std::uint32_t value, std::size_t count) {
  return {BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint8_t>(count), 0, value};
}

// A filter while it is written. Between two rules the number of the call is loaded.
class Rules {
 public:
  void add(std::initializer_list<sock_filter> steps) {
    filter_.insert(filter_.end(), steps.begin(), steps.end());
  }
  // What happens to that call; ends in a verdict, so it need not load the number again.
  void on(std::uint32_t call, const std::vector<sock_filter>& steps) {
    add({skip_unless(call, steps.size())});
    filter_.insert(filter_.end(), steps.begin(), steps.end());
  }
  void refuse(std::uint32_t call) { on(call, {give(kRefuse)}); }
  // Allowed where that argument is one of these, or refused where it is.
  void allow_only(std::uint32_t call, std::size_t number, std::span<const std::uint32_t> values) {
    on(call, choose(number, values, SECCOMP_RET_ALLOW, kRefuse));
  }
  void refuse_only(std::uint32_t call, std::size_t number, std::span<const std::uint32_t> values) {
    on(call, choose(number, values, kRefuse, SECCOMP_RET_ALLOW));
  }
  [[nodiscard]] std::vector<sock_filter> take() { return std::move(filter_); }

  // Gives the one verdict where that argument is one of these, else the other.
  static std::vector<sock_filter> choose(std::size_t number, std::span<const std::uint32_t> values,
                                         std::uint32_t match, std::uint32_t other) {
    std::vector<sock_filter> steps{argument(number)};
    for (const std::uint32_t value : values) {
      steps.push_back(skip_unless(value, 1));
      steps.push_back(give(match));
    }
    steps.push_back(give(other));
    return steps;
  }

 private:
  std::vector<sock_filter> filter_;
};

void begin(Rules& rules) {
  // Code for another processor (32 bit) numbers its calls otherwise.
  rules.add({load(offsetof(seccomp_data, arch)), skip_if(kArchitecture, 1), give(kUnknown)});
  rules.add({load(offsetof(seccomp_data, nr))});
  rules.add({{BPF_JMP | BPF_JGT | BPF_K, 0, 1, kLastKnown}, give(kUnknown)});
  rules.on(kOpenat2, {give(kUnknown)});
  rules.on(kClone3, {give(kUnknown)});
}

void add_files(Rules& rules) {
  const auto opening = [](std::size_t flags) {
    return std::vector{argument(flags), keep(kWriting), skip_if(0, 1), give(kRefuse),
                       give(SECCOMP_RET_ALLOW)};
  };
#ifdef __NR_open
  rules.on(__NR_open, opening(1));
#endif
  rules.on(__NR_openat, opening(2));
  std::vector controls{argument(1), keep(kKindOfControl), skip_unless(kBtrfs, 1), give(kRefuse)};
  const auto others = Rules::choose(1, kRefusedControls, kRefuse, SECCOMP_RET_ALLOW);
  controls.insert(controls.end(), others.begin(), others.end());
  rules.on(__NR_ioctl, controls);
  rules.refuse_only(__NR_fcntl, 1, kRefusedCommands);
}

// Of processes: signals, limits and threads of its own stay.
void add_processes(Rules& rules, std::uint32_t self) {
  const std::array own{self};
  for (const int call : {__NR_kill, __NR_tgkill, __NR_rt_sigqueueinfo, __NR_rt_tgsigqueueinfo}) {
    rules.allow_only(static_cast<std::uint32_t>(call), 0, own);
  }
  rules.allow_only(__NR_prlimit64, 0, std::array{0U, self});
  rules.on(__NR_clone, {argument(0), keep(CLONE_THREAD | kNewNamespaces),
                        skip_unless(CLONE_THREAD, 1), give(SECCOMP_RET_ALLOW), give(kRefuse)});
}

// Pairs stay that are no datagram sockets, which could send to any name.
void add_sockets(Rules& rules) {
  rules.on(__NR_socketpair,
           {argument(0), skip_if(AF_UNIX, 1), give(kRefuse), argument(1), keep(kSocketType),
            skip_unless(SOCK_STREAM, 1), give(SECCOMP_RET_ALLOW), skip_unless(SOCK_SEQPACKET, 1),
            give(SECCOMP_RET_ALLOW), give(kRefuse)});
}

}  // namespace

std::vector<sock_filter> call_filter(pid_t self) {
  Rules rules;
  begin(rules);
  add_files(rules);
  add_processes(rules, static_cast<std::uint32_t>(self));
  add_sockets(rules);
  for (const std::uint32_t call : refused_calls()) rules.refuse(call);
  rules.add({give(SECCOMP_RET_ALLOW)});
  return rules.take();
}

void filter_calls() {
  std::vector<sock_filter> filter = call_filter(getpid());
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    throw std::runtime_error(system_failure("prctl(PR_SET_NO_NEW_PRIVS)", errno));
  const long result =
      syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
  if (result < 0) {
    throw std::runtime_error(formatted("this system does not filter system calls ({})",
                                       system_failure("seccomp", errno)));
  }
  if (result > 0) {
    throw std::runtime_error(formatted(
        "thread {} of the worker has a filter of system calls that the others have not", result));
  }
}

}  // namespace inferpool::worker
