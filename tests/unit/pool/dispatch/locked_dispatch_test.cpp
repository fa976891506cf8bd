// SPDX-License-Identifier: Apache-2.0
#include "pool/dispatch/locked_dispatch.hpp"

#include <atomic>
#include <memory>
#include <new>
#include <optional>
#include <thread>

#include "call_filters.hpp"
#include "catch.hpp"
#include "unit/ipc/sleeper.hpp"
#include "unit/pool/dispatch/fake_channel.hpp"
#include "unit/pool/dispatch/trapped_wakes.hpp"

namespace inferpool::pool::dispatch {
namespace {

// A thread that sleeps until its waiter is notified.
struct SleepingCaller {
  SleepingCaller() { thread.until_asleep(); }

  // Waits until it has been notified. Whether the kernel woke it, too.
  bool is_woken() {
    thread.join();
    return woken;
  }

  Waiter waiter;
  std::atomic<bool> woken = false;
  test::Sleeper thread{[this] {
    const ipc::WaitFor sleep = waiter.park(waiter.seen());
    while (*sleep.word == sleep.expected) woken = ipc::wait({&sleep, 1}, std::nullopt);
  }};
};

TEST_CASE("a change gives its result back and the next look sees what it did") {
  LockedDispatch dispatch({.workers = 2});
  const int before = dispatch.update([](Dispatch& d, ipc::WakeList& wakes) {
    const int live = d.live();
    d.worker_ready(1, std::make_shared<FakeChannel>(), wakes);
    return live;
  });
  CHECK(before == 0);
  CHECK(dispatch.look([](const Dispatch& d) { return d.live(); }) == 1);
}

TEST_CASE("a look and a change wait until the change before them is over") {
  LockedDispatch dispatch({.workers = 1});
  std::atomic<bool> entered = false;
  const bool looks = GENERATE(true, false);
  std::optional<test::Sleeper> other;
  dispatch.update([&](Dispatch& /*d*/, ipc::WakeList& /*wakes*/) {
    other.emplace([&] {
      if (looks) dispatch.look([&](const Dispatch& /*d*/) { entered = true; });
      if (!looks) dispatch.update([&](Dispatch& /*d*/, ipc::WakeList& /*w*/) { entered = true; });
    });
    other->until_asleep();
    CHECK_FALSE(entered);
  });
  other->join();
  CHECK(entered);
}

TEST_CASE("the threads that a change lists are woken once it is over") {
  LockedDispatch dispatch({.workers = 1});
  SleepingCaller caller;
  dispatch.update([&](Dispatch& /*d*/, ipc::WakeList& wakes) { caller.waiter.notify(wakes); });
  CHECK(caller.is_woken());
}

TEST_CASE("a change that throws has released the lock, and woken the threads that it listed") {
  LockedDispatch dispatch({.workers = 1});
  SleepingCaller caller;
  CHECK_THROWS_AS(dispatch.update([&](Dispatch& /*d*/, ipc::WakeList& wakes) {
    caller.waiter.notify(wakes);
    throw std::bad_alloc();
  }),
                  std::bad_alloc);
  CHECK(caller.is_woken());
  CHECK(dispatch.look([](const Dispatch& d) { return d.live(); }) == 0);
}

TEST_CASE("threads are woken after the lock is released, so that they need not wait for it") {
  if (test::skipped_without_filters()) return;
  LockedDispatch dispatch({.workers = 1});
  Waiter waiter;
  waiter.park(waiter.seen());
  std::atomic<int> wakes = 0;
  std::atomic<bool> looked = false;
  std::atomic<bool> was_free = false;
  std::atomic<bool> go_on = false;
  test::Sleeper other([&] {
    while (wakes == 0) std::this_thread::yield();
    dispatch.look([&](const Dispatch& /*d*/) { return looked = true; });
  });
  std::jthread watcher([&] {
    while (wakes == 0) std::this_thread::yield();
    other.until_asleep();  // on the lock, or it has looked
    was_free = looked.load();
    go_on = true;
  });
  const auto at_wake = [&] {
    ++wakes;
    while (!go_on) std::this_thread::yield();
  };
  const test::TrappedWakes trapped(at_wake, [&] {
    dispatch.update([&](Dispatch& /*d*/, ipc::WakeList& list) { waiter.notify(list); });
    if (wakes == 0) wakes = -1;  // nobody was woken; the others end all the same
  });
  watcher.join();
  other.join();
  CHECK(wakes == 1);
  CHECK(was_free);
}

}  // namespace
}  // namespace inferpool::pool::dispatch
