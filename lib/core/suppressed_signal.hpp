// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pthread.h>
#include <signal.h>

#include <cerrno>
#include <ctime>

namespace inferpool::core {

// While it lives, a system call of the calling thread may raise the signal `number` in that thread
// (SIGXFSZ for a file beyond RLIMIT_FSIZE). That ends no process and calls no handler: the
// destructor takes the signal back.
class SuppressedSignal {
 public:
  explicit SuppressedSignal(int number) noexcept {
    sigset_t pending;
    sigpending(&pending);
    pending_ = sigismember(&pending, number) == 1;
    sigemptyset(&signal_);
    sigaddset(&signal_, number);
    pthread_sigmask(SIG_BLOCK, &signal_, &before_);
  }
  SuppressedSignal(const SuppressedSignal&) = delete;
  SuppressedSignal& operator=(const SuppressedSignal&) = delete;
  ~SuppressedSignal() {
    const timespec at_once{};
    while (!pending_ && sigtimedwait(&signal_, nullptr, &at_once) < 0 && errno == EINTR) {
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  bool pending_ = false;  // already before, so it is not ours to take back
  sigset_t signal_{};
  sigset_t before_{};
};

}  // namespace inferpool::core
