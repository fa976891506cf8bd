// SPDX-License-Identifier: Apache-2.0
#include "pool/calls/call_wait.hpp"

#include <atomic>
#include <cstdint>
#include <list>
#include <thread>

#include "catch.hpp"
#include "unit/pool/calls/fake_job.hpp"
#include "unit/pool/calls/fake_protocol.hpp"

namespace inferpool::pool::calls {
namespace {

using namespace std::chrono_literals;
using First = CallWait::First;

// Calls of one waiter, each begun by the worker.
struct Calls {
  Calls() { ipc::count_lost_wakes(&lost); }
  ~Calls() {
    ipc::count_lost_wakes(nullptr);
    CHECK(lost == 0);
  }
  Calls(const Calls&) = delete;
  Calls& operator=(const Calls&) = delete;

  WaitedCall& add(const core::Deadline& deadline = {}) {
    WaitedCall& call = calls.emplace_back(protocol, std::stop_token());
    call.waiter.join(group);
    call.call.streams = true;
    protocol.prepare(call.call, job, {});
    call.call.deadline = deadline;
    call.update(protocol.admit(call.call));
    protocol.take();
    return call;
  }
  bool wait() { return waiting.wait(calls, seen, {}); }

  std::atomic<std::uint64_t> lost{0};
  FakeProtocol protocol;
  FakeJob job;
  dispatch::Waiter group;
  std::list<WaitedCall> calls;
  // Never spins: each wait sleeps.
  ipc::SpinBudget spin{0ns, 1};
  First first = GENERATE(First::kReply, First::kWaiter);
  CallWait waiting{spin, group, first};
  std::uint32_t seen = group.seen();
};

TEST_CASE("what is already available is not waited for") {
  Calls calls;
  const auto sequence = calls.add().snapshot().sequence;
  calls.add();
  SECTION("an answer") { calls.protocol.answer(sequence); }
  SECTION("a part") { calls.protocol.send_part(sequence, 1); }
  CHECK(calls.wait());
}

TEST_CASE("a notification since the waiter looked last is not waited for either") {
  Calls calls;
  calls.protocol.fail(calls.add().call, ErrorCode::kStopped);
  CHECK(calls.wait());
}

TEST_CASE("a waiter that sleeps is woken by the answer or a part of any of its calls") {
  Calls calls;
  calls.add();
  const WaitedCall& other = calls.add();
  const bool part = GENERATE(false, true);
  std::jthread worker([&] {
    part ? calls.protocol.send_part(other.snapshot().sequence, 1)
         : calls.protocol.answer(other.snapshot().sequence);
  });
  while (!other.available()) calls.wait();
  CHECK(calls.calls.front().call.error == std::nullopt);
}

TEST_CASE("a waiter that sleeps is woken when a call of it ends without an answer") {
  Calls calls;
  WaitedCall& call = calls.add();
  calls.add();
  std::jthread pool([&] { calls.protocol.fail(call.call, ErrorCode::kStopped); });
  while (!call.has_news()) calls.wait();
  CHECK(call.take_news(calls.job) == WaitedCall::News::kFailure);
}

TEST_CASE("a wait ends at the first of the deadlines, with nothing found") {
  Calls calls;
  const core::TimePoint first = core::Clock::now() + 2ms;
  calls.add(first + 1h);
  calls.add(first);
  calls.add();
  while (core::Clock::now() < first) CHECK_FALSE(calls.wait());
  for (const WaitedCall& call : calls.calls) CHECK_FALSE(call.has_news());
}

TEST_CASE("a waiter without calls sleeps on its own word") {
  Calls calls;
  std::jthread pool([&] {
    ipc::WakeList wakes;
    calls.group.notify(wakes);
  });
  while (calls.group.seen() == calls.seen) calls.wait();
}

}  // namespace
}  // namespace inferpool::pool::calls
