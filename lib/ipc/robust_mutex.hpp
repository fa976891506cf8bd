// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pthread.h>

#include <cerrno>

namespace inferpool::ipc {

// A mutex between threads of worker processes that survives the death of its owner: the next one
// gets the lock. It lies in memory that a worker can write, so the host never locks it: a corrupt
// worker could direct a store of the host through the list pointers inside. Nothing that it guards
// decides whether a request or reply exists (one release store does), so an owner's death needs no
// repair. Satisfies Boost.Interprocess's Lockable.
class RobustMutex {
 public:
  RobustMutex() noexcept {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&mutex_, &attributes);
    pthread_mutexattr_destroy(&attributes);
  }
  RobustMutex(const RobustMutex&) = delete;
  RobustMutex& operator=(const RobustMutex&) = delete;
  // Nothing to destroy: the memory ends with its mapping, and a dead owner may still have the lock.
  ~RobustMutex() = default;

  void lock() noexcept { adopt(pthread_mutex_lock(&mutex_)); }
  bool try_lock() noexcept { return adopt(pthread_mutex_trylock(&mutex_)); }
  void unlock() noexcept { pthread_mutex_unlock(&mutex_); }

 private:
  bool adopt(int result) noexcept {
    if (result == EOWNERDEAD) pthread_mutex_consistent(&mutex_);
    return result == 0 || result == EOWNERDEAD;
  }
  pthread_mutex_t mutex_;
};

}  // namespace inferpool::ipc
