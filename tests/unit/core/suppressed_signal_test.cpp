// SPDX-License-Identifier: Apache-2.0
#include "core/suppressed_signal.hpp"

#include "catch.hpp"
#include "unit/ipc/forked_child.hpp"

namespace inferpool {
namespace {

using test::ForkedChild;

bool pending(int number) {
  sigset_t set;
  sigpending(&set);
  return sigismember(&set, number) == 1;
}

TEST_CASE(
    "a signal that the thread raises meanwhile does not end the process, and is gone afterwards") {
  ForkedChild child([] {
    {
      const core::SuppressedSignal spared(SIGXFSZ);
      raise(SIGXFSZ);
      if (!pending(SIGXFSZ)) return 1;
    }
    sigset_t blocked;
    pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
    return pending(SIGXFSZ) || sigismember(&blocked, SIGXFSZ) == 1 ? 2 : 0;
  });
  CHECK(child.exit_code() == 0);
}

TEST_CASE("a signal that had been waiting before goes on waiting") {
  ForkedChild child([] {
    sigset_t own;
    sigemptyset(&own);
    sigaddset(&own, SIGXFSZ);
    pthread_sigmask(SIG_BLOCK, &own, nullptr);
    raise(SIGXFSZ);
    { const core::SuppressedSignal spared(SIGXFSZ); }
    return pending(SIGXFSZ) ? 0 : 1;
  });
  CHECK(child.exit_code() == 0);
}

}  // namespace
}  // namespace inferpool
