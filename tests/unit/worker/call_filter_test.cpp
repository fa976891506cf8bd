// SPDX-License-Identifier: Apache-2.0
#include "worker/call_filter.hpp"

#include <linux/audit.h>
#include <linux/fs.h>
#include <linux/fscrypt.h>
#include <linux/fsverity.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>

#include "catch.hpp"
#include "unit/worker/confined_child.hpp"
#include "worker/refused_calls.hpp"

namespace inferpool::worker {
namespace {

using namespace inferpool::test;

#if defined(__x86_64__)
constexpr std::uint32_t kHere = AUDIT_ARCH_X86_64;
#else
constexpr std::uint32_t kHere = AUDIT_ARCH_AARCH64;
#endif
constexpr std::uint32_t kSelf = 4711;

// What the kernel makes of the call: the filter is run here as it runs it there.
std::string verdict(const seccomp_data& call) {
  const auto filter = call_filter(kSelf);
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
                    std::uint64_t third = 0) {
  return verdict({static_cast<int>(number), kHere, 0, {first, second, third}});
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

TEST_CASE("files open for reading alone") {
  const auto open_with = [](std::uint64_t flags) { return verdict(__NR_openat, 3, 4, flags); };
  CHECK(open_with(O_RDONLY | O_CLOEXEC | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK) == "ok");
  for (const int flags : {O_WRONLY, O_RDWR, O_ACCMODE, O_CREAT, O_TRUNC, O_TMPFILE | O_WRONLY})
    CHECK(open_with(static_cast<std::uint64_t>(flags)) == "EPERM");
  CHECK(verdict(437) == "ENOSYS");
}

TEST_CASE(
    "what changes a file or its file system through a descriptor that may only read is refused") {
  for (const std::uint64_t control :
       {std::uint64_t{FS_IOC_SETFLAGS}, std::uint64_t{FS_IOC_ENABLE_VERITY},
        std::uint64_t{FS_IOC_SET_ENCRYPTION_POLICY}, std::uint64_t{0x50009401},
        std::uint64_t{0x5000940f}}) {
    CHECK(verdict(__NR_ioctl, 3, control) == "EPERM");
  }
  CHECK(verdict(__NR_ioctl, 3, 0x5401 /* TCGETS */) == "ok");
  CHECK(verdict(__NR_ioctl, 3, 0x541b /* FIONREAD */) == "ok");
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
           __NR_mmap, __NR_munmap, __NR_write, __NR_sendmsg, __NR_ftruncate})
    CHECK(verdict(call) == "ok");
}

TEST_CASE("each call of the list is refused, whatever its arguments") {
  REQUIRE(refused_calls().size() > 80);
  for (const std::uint32_t call : refused_calls()) CHECK(verdict(call, kSelf, 1, 0) == "EPERM");
}

}  // namespace
}  // namespace inferpool::worker
