// SPDX-License-Identifier: Apache-2.0
#include "pool/dispatch/waiter.hpp"

#include "catch.hpp"

namespace inferpool::pool::dispatch {
namespace {

TEST_CASE("news changes what a waiter sees and wakes nobody while nobody sleeps") {
  Waiter waiter;
  ipc::WakeList wakes;
  const std::uint32_t before = waiter.seen();
  waiter.notify(wakes);
  CHECK(waiter.seen() != before);
  CHECK(wakes.size() == 0);
}

TEST_CASE("news wakes a waiter from the moment it announces its sleep until it takes that back") {
  Waiter waiter;
  ipc::WakeList wakes;
  waiter.park(waiter.seen());
  waiter.notify(wakes);
  CHECK(wakes.size() == 1);
  waiter.unpark();
  waiter.notify(wakes);
  CHECK(wakes.size() == 1);
}

TEST_CASE("news that comes between the look and the sleep keeps a waiter awake") {
  Waiter waiter;
  ipc::WakeList wakes;
  const std::uint32_t seen = waiter.seen();
  waiter.notify(wakes);
  const ipc::WaitFor sleep = waiter.park(seen);
  CHECK(*sleep.word != sleep.expected);
}

TEST_CASE("a thread that waits for many calls is woken by news of each and of no other call") {
  Waiter group;
  Waiter first;
  Waiter second;
  Waiter stranger;
  first.join(group);
  second.join(group);
  ipc::WakeList wakes;
  const ipc::WaitFor sleep = group.park(group.seen());
  stranger.notify(wakes);
  CHECK(*sleep.word == sleep.expected);
  CHECK(wakes.size() == 0);
  first.notify(wakes);
  CHECK(*sleep.word == sleep.expected + 1);
  CHECK(wakes.size() == 1);
  second.notify(wakes);
  CHECK(*sleep.word == sleep.expected + 2);
  CHECK(wakes.size() == 2);
}

}  // namespace
}  // namespace inferpool::pool::dispatch
