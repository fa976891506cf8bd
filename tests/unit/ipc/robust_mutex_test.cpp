// SPDX-License-Identifier: Apache-2.0
#include "ipc/robust_mutex.hpp"

#include <unistd.h>

#include <atomic>
#include <boost/interprocess/sync/scoped_lock.hpp>
#include <thread>

#include "catch.hpp"
#include "unit/ipc/forked_child.hpp"
#include "unit/ipc/shared_object.hpp"
#include "unit/ipc/sleeper.hpp"

namespace inferpool::ipc {
namespace {

using boost::interprocess::scoped_lock;
using test::ForkedChild;
using test::SharedObject;

struct Guarded {
  RobustMutex mutex;
  std::atomic<bool> held{false};
};

// A child that holds the mutex until it is killed.
ForkedChild holder(Guarded& guarded) {
  guarded.held = false;
  return ForkedChild([&guarded] {
    guarded.mutex.lock();
    guarded.held = true;
    for (;;) pause();
    return 0;
  });
}

void until_held(const Guarded& guarded) {
  while (!guarded.held) std::this_thread::yield();
}

TEST_CASE("a robust mutex lets one thread in at a time") {
  RobustMutex mutex;
  int entered = 0;
  const auto enter_often = [&] {
    for (int i = 0; i < 20'000; ++i) {
      const scoped_lock<RobustMutex> lock(mutex);
      ++entered;
    }
  };
  std::thread other(enter_often);
  enter_often();
  other.join();
  REQUIRE(entered == 40'000);
}

TEST_CASE("a robust mutex that another process holds is not taken") {
  const SharedObject<Guarded> guarded;
  ForkedChild child = holder(*guarded);
  until_held(*guarded);
  REQUIRE_FALSE(guarded->mutex.try_lock());
}

TEST_CASE("a robust mutex whose holder was killed goes to the next, again and again") {
  const SharedObject<Guarded> guarded;
  for (int round = 0; round < 3; ++round) {
    ForkedChild child = holder(*guarded);
    until_held(*guarded);
    child.kill();
    const bool blocking = round % 2 == 0;
    if (blocking) guarded->mutex.lock();
    REQUIRE((blocking || guarded->mutex.try_lock()));
    // Really held: nobody else gets in.
    REQUIRE(ForkedChild([&] { return guarded->mutex.try_lock() ? 1 : 0; }).exit_code() == 0);
    guarded->mutex.unlock();
  }
  REQUIRE(guarded->mutex.try_lock());
  guarded->mutex.unlock();
}

TEST_CASE("a thread that waits for a robust mutex gets it when the holder is killed") {
  const SharedObject<Guarded> guarded;
  ForkedChild child = holder(*guarded);
  until_held(*guarded);
  std::atomic<bool> entered{false};
  test::Sleeper waiter([&] {
    guarded->mutex.lock();
    entered = true;
    guarded->mutex.unlock();
  });
  waiter.until_asleep();
  REQUIRE_FALSE(entered);
  child.kill();
  waiter.join();
  REQUIRE(entered);
}

}  // namespace
}  // namespace inferpool::ipc
