// SPDX-License-Identifier: Apache-2.0
#include "worker/call_filter.hpp"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>

#include "catch.hpp"
#include "unit/worker/control_samples.hpp"
#include "worker/refused_calls.hpp"

namespace inferpool::worker {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kHere = AUDIT_ARCH_X86_64;
#else
constexpr std::uint32_t kHere = AUDIT_ARCH_AARCH64;
#endif
constexpr std::uint32_t kSelf = 4711;

// What the kernel decides on the call: the filter runs here as it runs there.
std::string verdict(const seccomp_data& call) {
  static const auto filter = call_filter(kSelf);
  const auto* bytes = reinterpret_cast<const std::byte*>(&call);
  std::uint32_t a = 0;
  for (std::size_t at = 0; at < filter.size(); ++at) {
    const sock_filter& step = filter[at];
    switch (step.code) {
      case BPF_LD | BPF_W | BPF_ABS:
        a = *reinterpret_cast<const std::uint32_t*>(bytes + step.k);
        break;
      case BPF_ALU | BPF_AND | BPF_K:
        a &= step.k;
        break;
      case BPF_JMP | BPF_JEQ | BPF_K:
        at += a == step.k ? step.jt : step.jf;
        break;
      case BPF_JMP | BPF_JGT | BPF_K:
        at += a > step.k ? step.jt : step.jf;
        break;
      case BPF_RET | BPF_K:
        if (step.k == SECCOMP_RET_ALLOW) return "ok";
        return strerrorname_np(static_cast<int>(step.k & SECCOMP_RET_DATA));
      default:
        return "no such step";
    }
  }
  return "no end";
}

std::string verdict(long number, std::uint64_t first = 0, std::uint64_t second = 0,
                    std::uint64_t third = 0, std::uint64_t sixth = 0) {
  return verdict({static_cast<int>(number), kHere, 0, {first, second, third, 0, 0, sixth}});
}

TEST_CASE("calls of code for another processor are all refused") {
  CHECK(verdict({0, kHere, 0, {}}) == "ok");
  CHECK(verdict({0, AUDIT_ARCH_I386, 0, {}}) == "ENOSYS");
  CHECK(verdict({0, AUDIT_ARCH_ARM, 0, {}}) == "ENOSYS");
}

TEST_CASE("calls that are newer than the filter, or of the x32 kind, are unknown") {
  CHECK(verdict(462) == "ok");
  CHECK(verdict(463) == "ENOSYS");
  CHECK(verdict(0x40000000 | __NR_getpid) == "ENOSYS");
}

TEST_CASE("files are opened for reading only") {
  const auto open_with = [](std::uint64_t flags) { return verdict(__NR_openat, 3, 4, flags); };
  CHECK(open_with(O_RDONLY | O_CLOEXEC | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK) == "ok");
  for (const int flags : {O_WRONLY, O_RDWR, O_ACCMODE, O_CREAT, O_TRUNC, O_TMPFILE | O_WRONLY})
    CHECK(open_with(static_cast<std::uint64_t>(flags)) == "EPERM");
  CHECK(verdict(437) == "ENOSYS");
}

TEST_CASE("a control that changes, marks or steers something is refused", "[H13]") {
  for (const auto& [name, value] : test::kHarmfulControls) {
    CAPTURE(name);
    CHECK(verdict(__NR_ioctl, 3, value) == "EPERM");
    // The kernel takes the lower half as the control.
    CHECK(verdict(__NR_ioctl, 3, (std::uint64_t{1} << 32U) + value) == "EPERM");
  }
}

TEST_CASE(
    "the controls for printing, reading and waiting, and those of accelerators, are allowed") {
  for (const auto& [name, value] : test::kUsefulControls) {
    CAPTURE(name);
    CHECK(verdict(__NR_ioctl, 3, value) == "ok");
  }
}

TEST_CASE("few kinds of controls are allowed, whatever their numbers", "[H13]") {
  int kinds = 0;
  for (std::uint32_t kind = 0; kind < 256; ++kind) {
    bool any = false;
    for (std::uint32_t number = 0; number < 256; ++number)
      any = any || verdict(__NR_ioctl, 3, 0xc0100000U | kind << 8U | number) == "ok";
    if (any) ++kinds;
  }
  CHECK(kinds == 7);
}

TEST_CASE("only those commands of fcntl are allowed that reach nobody else", "[H13]") {
  constexpr auto kAllowed = std::to_array<std::uint64_t>(
      {F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_GETLK, F_GETOWN, F_GETSIG, F_GETOWN_EX,
       36 /* F_OFD_GETLK */, F_GETLEASE, 1027 /* F_DUPFD_QUERY */, F_DUPFD_CLOEXEC, F_GETPIPE_SZ,
       F_ADD_SEALS, F_GET_SEALS, F_GET_RW_HINT, F_GET_FILE_RW_HINT});
  for (std::uint64_t command = 0; command < 1100; ++command) {
    const bool allowed = std::ranges::find(kAllowed, command) != kAllowed.end();
    CAPTURE(command);
    CHECK(verdict(__NR_fcntl, 3, command) == (allowed ? "ok" : "EPERM"));
  }
  CHECK(verdict(__NR_flock, 3, 2) == "ENOSYS");
}

TEST_CASE("what is limited for all processes of a user or a machine together is refused", "[H13]") {
  for (const long call : std::initializer_list<long>{
           __NR_sendmsg, __NR_sendmmsg,  // descriptors in flight
#ifdef __NR_inotify_init
           __NR_inotify_init,
#endif
           __NR_inotify_init1, __NR_inotify_add_watch, __NR_fanotify_init, __NR_fanotify_mark,
           __NR_add_key, __NR_request_key, __NR_keyctl, __NR_mq_open, __NR_msgget, __NR_semget,
           __NR_shmget, __NR_io_setup, __NR_io_uring_setup, __NR_perf_event_open, __NR_bpf}) {
    CAPTURE(call);
    CHECK(verdict(call) == "EPERM");
  }
}

TEST_CASE("no process may change priorities and processors of others, or get ahead of them",
          "[H13]") {
  for (const long call : {__NR_sched_setaffinity, __NR_sched_setparam, __NR_sched_setscheduler,
                          __NR_migrate_pages, __NR_move_pages}) {
    CAPTURE(call);
    CHECK(verdict(call, 0) == "ok");
    CHECK(verdict(call, kSelf) == "ok");
    CHECK(verdict(call, kSelf + 1) == "EPERM");
  }
  for (const int policy : {SCHED_FIFO, SCHED_RR, 6 /* SCHED_DEADLINE */})
    CHECK(verdict(__NR_sched_setscheduler, 0, static_cast<std::uint64_t>(policy)) == "EPERM");
  CHECK(verdict(__NR_setpriority, 0, kSelf, 10) == "ok");
  CHECK(verdict(__NR_setpriority, 0, 0, static_cast<std::uint32_t>(-1)) == "EPERM");
  CHECK(verdict(__NR_setpriority, 0, kSelf + 1, 10) == "EPERM");
  CHECK(verdict(__NR_setpriority, 1, 0, 10) == "EPERM");  // of a group of processes
  CHECK(verdict(__NR_setpriority, 2, 0, 10) == "EPERM");  // of a user
  CHECK(verdict(__NR_sched_setattr, 0) == "EPERM");
  CHECK(verdict(__NR_ioprio_set, 1, 0) == "EPERM");
}

TEST_CASE("a confined worker cannot outlive its host, nor leave its group of processes", "[H13]") {
  CHECK(verdict(__NR_prctl, 1 /* PR_SET_PDEATHSIG */) == "EPERM");
  CHECK(verdict(__NR_prctl, 15 /* PR_SET_NAME */) == "ok");
  CHECK(verdict(__NR_setpgid) == "EPERM");
  CHECK(verdict(__NR_setsid) == "EPERM");
}

TEST_CASE("what is sent goes to the other end of a pair, and few options of sockets are changed",
          "[H13]") {
  CHECK(verdict(__NR_sendto, 3, 4, 5) == "ok");
  CHECK(verdict(__NR_sendto, 3, 4, 5, 110) == "EPERM");
  CHECK(verdict(__NR_setsockopt, 3, SOL_SOCKET, SO_RCVBUF) == "ok");
  CHECK(verdict(__NR_setsockopt, 3, SOL_SOCKET, 26 /* SO_ATTACH_FILTER */) == "EPERM");
  CHECK(verdict(__NR_setsockopt, 3, 6 /* TCP */, 31 /* TCP_ULP */) == "EPERM");
}

TEST_CASE("signals go to the process itself alone, whatever the upper half of the argument says") {
  for (const long call : {__NR_kill, __NR_tgkill, __NR_rt_sigqueueinfo, __NR_rt_tgsigqueueinfo}) {
    CHECK(verdict(call, kSelf) == "ok");
    CHECK(verdict(call, kSelf + 1) == "EPERM");
    CHECK(verdict(call, ~std::uint64_t{0}) == "EPERM");
    // The kernel takes the lower half as the process id.
    CHECK(verdict(call, (std::uint64_t{1} << 32) + kSelf + 1) == "EPERM");
  }
}

TEST_CASE("clone makes threads, and neither processes nor namespaces") {
  constexpr std::uint64_t kThread =
      CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD;
  CHECK(verdict(__NR_clone, kThread) == "ok");
  CHECK(verdict(__NR_clone, SIGCHLD) == "EPERM");
  CHECK(verdict(__NR_clone, CLONE_VM | CLONE_VFORK | SIGCHLD) == "EPERM");
  CHECK(verdict(__NR_clone, kThread | CLONE_NEWNET) == "EPERM");
  CHECK(verdict(435) == "ENOSYS");
}

TEST_CASE("the calls that serving a request takes are all allowed") {
  constexpr long kFutexWaitv = 449;
  for (const long call : std::initializer_list<long>{
           __NR_futex, kFutexWaitv, __NR_madvise, __NR_fallocate, __NR_ppoll, __NR_exit_group,
           __NR_mmap, __NR_munmap, __NR_write, __NR_sendto, __NR_ftruncate})
    CHECK(verdict(call) == "ok");
}

TEST_CASE("each call of the list is refused, whatever its arguments") {
  REQUIRE(refused_calls().size() > 80);
  for (const std::uint32_t call : refused_calls()) CHECK(verdict(call, kSelf, 1, 0) == "EPERM");
}

}  // namespace
}  // namespace inferpool::worker
