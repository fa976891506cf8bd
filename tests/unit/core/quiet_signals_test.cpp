// SPDX-License-Identifier: Apache-2.0
#include "core/quiet_signals.hpp"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "unit/core/taken_signals.hpp"
#include "unit/ipc/forked_child.hpp"
#include "unit/ipc/shared_object.hpp"

namespace inferpool::core {
namespace {

TEST_CASE("a signal that comes meanwhile waits, and reaches the thread afterwards") {
  const test::SharedObject<std::atomic<bool>> survived;
  test::ForkedChild child([&] {
    const QuietSignals* const quiet = new QuietSignals;
    raise(SIGUSR1);
    *survived = true;
    delete quiet;  // here the signal ends the process
    return 0;
  });
  CHECK(child.exit_code() == -1);
  CHECK(*survived);
}

TEST_CASE("afterwards a thread takes the signals that it took before, and no others") {
  std::vector<int> before;
  std::vector<int> meanwhile{SIGTERM};
  std::vector<int> afterwards;
  std::thread([&] {
    sigset_t own;
    sigemptyset(&own);
    sigaddset(&own, SIGUSR2);
    pthread_sigmask(SIG_SETMASK, &own, nullptr);
    before = test::taken_signals();
    {
      const QuietSignals quiet;
      meanwhile = test::taken_signals();
    }
    afterwards = test::taken_signals();
  }).join();
  CHECK(meanwhile.empty());
  CHECK(afterwards == before);
  CHECK(std::find(before.begin(), before.end(), SIGUSR2) == before.end());
  CHECK(std::find(before.begin(), before.end(), SIGUSR1) != before.end());
}

}  // namespace
}  // namespace inferpool::core
