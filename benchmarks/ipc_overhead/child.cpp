// SPDX-License-Identifier: Apache-2.0
#include "ipc_overhead/child.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <exception>
#include <system_error>

#include "measure/cores.hpp"

namespace bench {

Child::Child(int core, const std::function<void()>& body) {
  std::fflush(nullptr);
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (pid_ > 0) return;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(0);
  try {
    pin_this_thread(core);
    body();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "a peer of the benchmark failed: %s\n", error.what());
    _exit(1);
  }
  _exit(0);
}

Child::~Child() {
  kill(pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace bench
