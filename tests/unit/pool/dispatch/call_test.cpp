// SPDX-License-Identifier: Apache-2.0
#include "pool/dispatch/call.hpp"

#include <array>
#include <vector>

#include "catch.hpp"

namespace inferpool::pool::dispatch {
namespace {

// Empties the queue from its front, checking both directions of the links on the way.
std::vector<std::uint64_t> drain(CallQueue& queue) {
  std::vector<std::uint64_t> orders;
  while (Call* call = queue.front()) {
    REQUIRE(call->previous == nullptr);
    if (call->next != nullptr) REQUIRE(call->next->previous == call);
    orders.push_back(call->order);
    const std::size_t size = queue.size();
    queue.erase(*call);
    REQUIRE(queue.size() == size - 1);
  }
  REQUIRE(queue.empty());
  return orders;
}

struct FiveCalls : std::array<Call, 5> {
  FiveCalls() {
    for (std::size_t i = 0; i < size(); ++i) (*this)[i].order = i + 1;
  }
};

TEST_CASE("a new call queue is empty") {
  const CallQueue queue;
  REQUIRE(queue.empty());
  REQUIRE(queue.size() == 0);
  REQUIRE(queue.front() == nullptr);
}

TEST_CASE("a call queue gives first what came first") {
  FiveCalls calls;
  CallQueue queue;
  for (Call& call : calls) queue.push_back(call);
  REQUIRE(queue.size() == 5);
  REQUIRE(drain(queue) == std::vector<std::uint64_t>{1, 2, 3, 4, 5});
}

TEST_CASE("a call may leave the queue from anywhere") {
  FiveCalls calls;
  CallQueue queue;
  for (Call& call : calls) queue.push_back(call);
  queue.erase(calls[0]);
  queue.erase(calls[2]);
  queue.erase(calls[4]);
  REQUIRE(drain(queue) == std::vector<std::uint64_t>{2, 4});
  queue.push_back(calls[2]);
  REQUIRE(drain(queue) == std::vector<std::uint64_t>{3});
}

TEST_CASE("a call that is put back takes the place that its admission gave it") {
  FiveCalls calls;
  CallQueue queue;
  SECTION("into an empty queue") {
    queue.put_back(calls[2]);
    REQUIRE(drain(queue) == std::vector<std::uint64_t>{3});
  }
  SECTION("before, between and behind the others") {
    queue.push_back(calls[1]);
    queue.push_back(calls[3]);
    queue.put_back(calls[4]);
    queue.put_back(calls[2]);
    queue.put_back(calls[0]);
    REQUIRE(drain(queue) == std::vector<std::uint64_t>{1, 2, 3, 4, 5});
  }
  SECTION("and one that comes later still goes to the end") {
    queue.put_back(calls[3]);
    queue.put_back(calls[1]);
    queue.push_back(calls[4]);
    REQUIRE(drain(queue) == std::vector<std::uint64_t>{2, 4, 5});
  }
}

TEST_CASE("a waiter that is awake is told without a system call") {
  Waiter waiter;
  const std::uint32_t seen = waiter.seen();
  ipc::WakeList wakes;
  waiter.notify(wakes);
  REQUIRE(waiter.seen() != seen);
  REQUIRE(wakes.size() == 0);
}

TEST_CASE("a parked waiter is woken, and sees on its word what happened before it slept") {
  Waiter waiter;
  const std::uint32_t seen = waiter.seen();
  const ipc::WaitFor sleep = waiter.park(seen);
  REQUIRE(sleep.expected == seen);
  REQUIRE(sleep.word->load() == seen);
  ipc::WakeList wakes;
  waiter.notify(wakes);
  REQUIRE(wakes.size() == 1);
  REQUIRE(sleep.word->load() != sleep.expected);
  waiter.unpark();
  waiter.notify(wakes);
  REQUIRE(wakes.size() == 1);
}

}  // namespace
}  // namespace inferpool::pool::dispatch
