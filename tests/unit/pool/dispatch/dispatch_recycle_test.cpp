// SPDX-License-Identifier: Apache-2.0
// Who runs what while one worker retires beside its successor.
#include "pool/dispatch/dispatch.hpp"

#include <algorithm>

#include "catch.hpp"
#include "unit/pool/dispatch/fake_pool.hpp"

namespace inferpool::pool::dispatch {
namespace {

using test::contains;

TEST_CASE("a worker that retires gets nothing new, its successor does") {
  FakePool pool{{.workers = 1}};
  Call& old = pool.admit();
  pool.begin(old);
  pool.replace_worker(0);
  REQUIRE(FakePool::worker_of(old) == 1);
  REQUIRE_FALSE(pool.dispatch.retiring_is_idle());
  for (int i = 0; i < 3; ++i) {
    Call& call = pool.admit();
    REQUIRE(FakePool::worker_of(call) == 0);
    pool.serve(call);
  }
  REQUIRE(pool.retiring().slots().size() == 1);
  pool.answer(old);
  pool.collect(old);
  REQUIRE(pool.dispatch.retiring_is_idle());
  REQUIRE(FakePool::worker_of(pool.admit()) == 0);
  REQUIRE(pool.retiring().slots().size() == 1);
}

TEST_CASE("what was only posted to the worker that retires is taken back, and runs in order") {
  const int concurrency = GENERATE(1, 2);
  FakePool pool{{.workers = 1, .concurrency = concurrency}};
  const Calls calls = pool.admit_many(concurrency + 3);
  pool.begin(*calls[0]);
  const std::uint32_t seen = calls[1]->waiter->seen();
  FakeChannel& successor = pool.replace_worker(0);
  REQUIRE(FakePool::worker_of(*calls[0]) == 1);
  REQUIRE(calls[1]->waiter->seen() != seen);
  REQUIRE(pool.stats().in_flight == concurrency + 3);
  for (std::size_t i = 1; i < calls.size(); ++i) {
    REQUIRE(FakePool::worker_of(*calls[i]) == 0);
    REQUIRE(&FakePool::channel_of(*calls[i]) == &successor);
    pool.serve(*calls[i]);
  }
  REQUIRE(pool.stats().retried == 0);
}

TEST_CASE("an idle worker retires at once, and its end loses nothing") {
  FakePool pool{{.workers = 2}};
  pool.serve(pool.admit());
  pool.replace_worker(0);
  REQUIRE(pool.dispatch.retiring_is_idle());
  REQUIRE(pool.dispatch.live() == 2);
  pool.end_retiring({.code = 0});
  REQUIRE(pool.dispatch.live() == 2);
  REQUIRE(pool.stats().failed == 0);
  REQUIRE(pool.stats().workers[0].served == 0);  // a fresh one
}

TEST_CASE("what a retiring worker has served and runs is reported, until it has ended") {
  FakePool pool{{.workers = 2}};
  pool.serve(pool.admit());
  Call& call = pool.admit();
  pool.begin(call);
  pool.replace_worker(0);
  REQUIRE(pool.stats().workers[2].served == 1);
  REQUIRE(pool.stats().workers[2].in_flight == 1);
  REQUIRE(pool.dispatch.running_since(2) > 0);
  REQUIRE(pool.dispatch.running_since(0) == 0);
  pool.answer(call);
  pool.collect(call);
  REQUIRE(pool.stats().workers[2].served == 2);
  pool.end_retiring({.code = 0});
  REQUIRE(pool.stats().workers[2].served == 0);
  REQUIRE(pool.dispatch.running_since(2) == 0);
}

TEST_CASE("a worker that dies while it retires loses what it ran, and only that") {
  FakePool pool{{.workers = 1}};
  const Calls calls = pool.admit_many(3);
  pool.begin(*calls[0]);
  pool.replace_worker(0);
  pool.end_retiring();
  REQUIRE(FakePool::code(*calls[0]) == ErrorCode::kWorkerLost);
  REQUIRE(pool.dispatch.live() == 1);
  pool.serve(*calls[1]);
  pool.serve(*calls[2]);
  REQUIRE(pool.dispatch.drained());
}

TEST_CASE("with retry = always a call that ran on the worker that retires runs once more") {
  FakePool pool{{.workers = 1}};
  Call& call = pool.admit(Retry::kAlways);
  pool.begin(call);
  pool.replace_worker(0);
  pool.end_retiring();
  REQUIRE(FakePool::worker_of(call) == 0);
  pool.serve(call);
  REQUIRE(pool.stats().retried == 1);
}

TEST_CASE("an answer that is available when the worker that retires ends is collected") {
  FakePool pool{{.workers = 1}};
  Call& call = pool.admit();
  pool.run(call);
  pool.replace_worker(0);
  pool.end_retiring({.code = 0});
  REQUIRE(FakePool::answered(call));
  pool.collect(call);
  REQUIRE(pool.stats().succeeded == 1);
}

TEST_CASE("the successor may die while the old worker retires") {
  FakePool pool{{.workers = 1}};
  Call& old = pool.admit();
  pool.begin(old);
  pool.replace_worker(0);
  Call& lost = pool.admit();
  pool.begin(lost);
  pool.end_worker(0);
  REQUIRE(FakePool::code(lost) == ErrorCode::kWorkerLost);
  REQUIRE(pool.dispatch.live() == 0);
  Call& waits = pool.admit();
  REQUIRE(FakePool::queued(waits));  // the one that retires does not get it
  pool.answer(old);
  pool.collect(old);
  REQUIRE(FakePool::queued(waits));
  pool.start_worker(0);
  pool.serve(waits);
}

TEST_CASE("a deadline of a call on the worker that retires names that worker") {
  FakePool pool{{.workers = 2}};
  pool.begin(pool.admit());
  Call& call = pool.admit();
  pool.begin(call);
  pool.replace_worker(1);
  REQUIRE(pool.time_out(call));
  REQUIRE(call.error->code() == ErrorCode::kDeadlineExceeded);
  REQUIRE(call.error->details().worker_index == 1);
  REQUIRE_FALSE(pool.dispatch.retiring_is_idle());
}

TEST_CASE("a run that nobody waits for holds the worker that retires until cancel_grace") {
  FakePool pool{{.workers = 1, .cancel_grace = 2s}};
  Call& call = pool.admit();
  pool.begin(call);
  const std::uint32_t sequence = call.sequence;
  pool.replace_worker(0);
  pool.cancel(call);
  REQUIRE(pool.sweep() <= pool.now + 10ms);
  SECTION("or its end") {
    pool.retiring().answer(sequence);
    pool.sweep();
    REQUIRE(pool.dispatch.retiring_is_idle());
    REQUIRE(pool.retiring().killed().empty());
  }
  SECTION("past which it is killed") {
    pool.now += 2s;
    pool.sweep();
    REQUIRE_THAT(pool.retiring().killed(), contains("cancel_grace"));
    pool.end_retiring();
    REQUIRE(pool.dispatch.retiring_is_idle());
  }
  REQUIRE(pool.dispatch.state(0) == WorkerState::kReady);
}

TEST_CASE("hang_timeout holds for the worker that retires") {
  FakePool pool{{.workers = 1, .hang_timeout = 10s}};
  Call& call = pool.admit();
  pool.begin(call);
  pool.replace_worker(0);
  pool.sweep();
  pool.now += 10s;
  pool.sweep();
  REQUIRE_THAT(pool.retiring().killed(), contains("hang_timeout"));
  REQUIRE(pool.worker(0).killed().empty());
  pool.end_retiring();
  REQUIRE(FakePool::code(call) == ErrorCode::kWorkerLost);
}

TEST_CASE("a late worker retires with its late run, and its successor is not late") {
  FakePool pool{{.workers = 1}};
  Call& call = pool.admit();
  pool.begin(call);
  pool.cancel(call);
  REQUIRE(pool.dispatch.state(0) == WorkerState::kLate);
  pool.replace_worker(0);
  REQUIRE(pool.dispatch.state(0) == WorkerState::kReady);
  REQUIRE_FALSE(pool.dispatch.retiring_is_idle());
  pool.serve(pool.admit());
}

TEST_CASE("abort ends the calls of the worker that retires, too") {
  FakePool pool{{.workers = 1}};
  Call& call = pool.admit();
  pool.begin(call);
  pool.replace_worker(0);
  pool.dispatch.abort(pool.wakes);
  REQUIRE(FakePool::code(call) == ErrorCode::kStopped);
  REQUIRE(pool.dispatch.drained());
  pool.end_retiring();
}

TEST_CASE("workers retire one after the other, each at another index") {
  FakePool pool{{.workers = 3}};
  for (int round = 0; round < 2; ++round) {
    for (int index = 0; index < 3; ++index) {
      const Calls calls = pool.admit_many(3);
      for (Call* call : calls) pool.begin(*call);
      const auto there = std::ranges::find_if(
          calls, [&](const Call* call) { return FakePool::worker_of(*call) == index; });
      REQUIRE(there != calls.end());
      pool.replace_worker(index);
      REQUIRE(FakePool::worker_of(**there) == 3);
      for (Call* call : calls) {
        pool.answer(*call);
        pool.collect(*call);
      }
      REQUIRE(pool.dispatch.retiring_is_idle());
      pool.end_retiring({.code = 0});
    }
  }
  REQUIRE(pool.stats().succeeded == 18);
}

}  // namespace
}  // namespace inferpool::pool::dispatch
