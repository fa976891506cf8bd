// SPDX-License-Identifier: Apache-2.0
#include "pool/dispatch/locked_dispatch.hpp"

#include <atomic>
#include <memory>
#include <optional>

#include "catch.hpp"
#include "unit/ipc/sleeper.hpp"
#include "unit/pool/dispatch/fake_channel.hpp"

namespace inferpool::pool::dispatch {
namespace {

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
  Waiter waiter;
  std::atomic<bool> woken = false;
  test::Sleeper caller([&] {
    const ipc::WaitFor sleep = waiter.park(waiter.seen());
    while (*sleep.word == sleep.expected) woken = ipc::wait({&sleep, 1}, std::nullopt);
  });
  caller.until_asleep();
  dispatch.update([&](Dispatch& /*d*/, ipc::WakeList& wakes) { waiter.notify(wakes); });
  caller.join();
  CHECK(woken);
}

}  // namespace
}  // namespace inferpool::pool::dispatch
