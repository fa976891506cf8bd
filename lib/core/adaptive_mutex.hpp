// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pthread.h>

namespace inferpool::core {

// A mutex for sections of some hundred instructions: a thread that finds it locked looks again for
// a moment before it sleeps. Sleeping and waking up would take fifty times as long as such a
// section. Satisfies BasicLockable.
class AdaptiveMutex {
 public:
  AdaptiveMutex() noexcept {
#ifdef PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP
    mutex_ = PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP;
#endif
  }
  AdaptiveMutex(const AdaptiveMutex&) = delete;
  AdaptiveMutex& operator=(const AdaptiveMutex&) = delete;
  ~AdaptiveMutex() { pthread_mutex_destroy(&mutex_); }

  void lock() noexcept { pthread_mutex_lock(&mutex_); }
  void unlock() noexcept { pthread_mutex_unlock(&mutex_); }

 private:
  pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
};

}  // namespace inferpool::core
