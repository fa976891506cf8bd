// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pthread.h>
#include <signal.h>

#include <cerrno>
#include <ctime>

namespace inferpool::core {

// While it lives, a signal that a system call of the calling thread raises in that thread (SIGXFSZ
// for a file beyond RLIMIT_FSIZE) ends nobody and calls no handler: it is taken back at the end.
class SparedSignal {
 public:
  explicit SparedSignal(int number) noexcept {
    sigset_t pending;
    sigpending(&pending);
    pending_ = sigismember(&pending, number) == 1;
    sigemptyset(&signal_);
    sigaddset(&signal_, number);
    pthread_sigmask(SIG_BLOCK, &signal_, &before_);
  }
  SparedSignal(const SparedSignal&) = delete;
  SparedSignal& operator=(const SparedSignal&) = delete;
  ~SparedSignal() {
    const timespec at_once{};
    while (!pending_ && sigtimedwait(&signal_, nullptr, &at_once) < 0 && errno == EINTR) {
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  bool pending_ = false;  // before: it is somebody else's
  sigset_t signal_{};
  sigset_t before_{};
};

}  // namespace inferpool::core
