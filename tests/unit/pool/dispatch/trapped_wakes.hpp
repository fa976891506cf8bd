// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <array>
#include <functional>
#include <stdexcept>
#include <thread>
#include <utility>

namespace inferpool::test {

// Runs `body` on a thread of its own, and `at_wake` there instead of each wake of a WakeList. (The
// C library wakes threads by another operation, FUTEX_WAKE_PRIVATE.) Of what they throw nothing may
// leave them. One at a time.
class TrappedWakes {
 public:
  TrappedWakes(std::function<void()> at_wake, const std::function<void()>& body) {
    at_wake_ = std::move(at_wake);
    struct sigaction action {};
    action.sa_handler = [](int) { at_wake_(); };  // inside the call, at no other place
    struct sigaction before {};
    sigaction(SIGSYS, &action, &before);
    bool trapped = false;
    std::thread([&] {
      trapped = trap_wakes();
      if (trapped) body();
    }).join();
    sigaction(SIGSYS, &before, nullptr);
    if (!trapped) throw std::runtime_error("a filter of system calls could not be set");
  }

 private:
  // For the calling thread, until its end.
  static bool trap_wakes() {
    std::array filter{
        sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_futex, 0, 3),
        sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args) + 8),
        sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, FUTEX_WAKE, 0, 1),
        sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
        sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
  }

  static inline std::function<void()> at_wake_;
};

}  // namespace inferpool::test
