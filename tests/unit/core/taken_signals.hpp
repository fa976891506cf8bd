// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pthread.h>
#include <signal.h>

#include <vector>

namespace inferpool::test {

// The signals that the calling thread takes, without those that nobody can block and those that the
// C library keeps for itself.
inline std::vector<int> taken_signals() {
  constexpr int kFirstOfLibrary = 32;
  sigset_t blocked;
  pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
  std::vector<int> taken;
  for (int number = 1; number <= SIGRTMAX; ++number) {
    if (number == SIGKILL || number == SIGSTOP) continue;
    if (number >= kFirstOfLibrary && number < SIGRTMIN) continue;
    if (sigismember(&blocked, number) == 0) taken.push_back(number);
  }
  return taken;
}

}  // namespace inferpool::test
