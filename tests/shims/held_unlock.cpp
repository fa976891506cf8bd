// SPDX-License-Identifier: Apache-2.0
#include "shims/held_unlock.hpp"

#include <dlfcn.h>
#include <poll.h>
#include <pthread.h>

namespace {

thread_local const std::atomic<bool>* waits_for = nullptr;

}  // namespace

namespace inferpool::test {

HeldUnlock::HeldUnlock(const std::atomic<bool>& go_on) noexcept { waits_for = &go_on; }
HeldUnlock::~HeldUnlock() { waits_for = nullptr; }

}  // namespace inferpool::test

extern "C" int pthread_mutex_unlock(pthread_mutex_t* mutex) noexcept {
  using Unlock = int (*)(pthread_mutex_t*);
  static const auto real = reinterpret_cast<Unlock>(dlsym(RTLD_NEXT, "pthread_mutex_unlock"));
  const int result = real(mutex);
  for (int i = 0; i < 100 && waits_for != nullptr && !waits_for->load(); ++i) poll(nullptr, 0, 1);
  return result;
}
