// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <stdexcept>
#include <thread>
#include <vector>

namespace inferpool::test {

// Runs `body` on a thread for which, with all threads and processes that it starts, these system
// calls do not exist: as on an old kernel, under valgrind, or behind a filter. Of what `body`
// throws nothing may leave it.
template <typename F>
void without_calls(const std::vector<unsigned>& numbers, F body) {
  bool filtered = false;
  std::thread([&] {
    std::vector<sock_filter> filter;
    filter.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)));
    for (const unsigned number : numbers) {
      filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1));
      filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS));
    }
    filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
    filtered = ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
               ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
    if (filtered) body();
  }).join();
  if (!filtered) throw std::runtime_error("a filter of system calls could not be set");
}

}  // namespace inferpool::test
