// SPDX-License-Identifier: Apache-2.0
// Answers in parts: what becomes of them in every fault.
#include "catch.hpp"
#include "unit/pool/dispatch/fake_pool.hpp"

namespace inferpool::pool::dispatch {
namespace {

using inferpool::test::contains;

void send_part(const Call& call) { FakePool::channel_of(call).send_part(call.sequence); }

void take_part(FakePool& pool, Call& call) { pool.dispatch.part_taken(call, pool.wakes); }

// A running call of whose answer `parts` parts were taken.
Call& streamed(FakePool& pool, int parts, Retry retry = Retry::kIfNotStarted) {
  Call& call = pool.admit(retry);
  call.streams = true;
  pool.begin(call);
  for (; parts > 0; --parts) {
    send_part(call);
    take_part(pool, call);
  }
  return call;
}

TEST_CASE("a part that is taken leaves the call with its worker until the answer ends") {
  FakePool pool({.workers = 1});
  Call& call = streamed(pool, 3);
  Call& behind = pool.admit();
  REQUIRE(call.state == CallState::kPosted);
  REQUIRE(call.parts == 3);
  REQUIRE(pool.worker(0).slot(1).taken == 3);
  REQUIRE(pool.stats().in_flight == 2);
  pool.answer(call);
  pool.collect(call);
  pool.serve(behind);
  REQUIRE(pool.stats().succeeded == 2);
}

TEST_CASE("a death after parts is worker_lost, says after how many, and is not run again") {
  const Retry retry = GENERATE(Retry::kNever, Retry::kIfNotStarted, Retry::kAlways);
  FakePool pool({.workers = 2});
  Call& call = streamed(pool, 2, retry);
  pool.end_worker(call.worker);
  REQUIRE(pool.code(call) == ErrorCode::kWorkerLost);
  REQUIRE(call.error->phase() == Phase::kRunning);
  REQUIRE_THAT(call.error->what(), contains("after 2 parts of its answer"));
  REQUIRE(call.blamed == 1);
  REQUIRE(pool.stats().retried == 0);
}

TEST_CASE("a call of which a part was taken has begun, whatever its worker's word says") {
  FakePool pool({.workers = 2});
  Call& call = streamed(pool, 1);
  FakePool::channel_of(call).deny(call.sequence);
  SECTION("and its worker ends") {
    pool.end_worker(call.worker);
    REQUIRE(pool.code(call) == ErrorCode::kWorkerLost);
    REQUIRE(call.error->phase() == Phase::kRunning);
    REQUIRE(pool.stats().retried == 0);
  }
  SECTION("and its worker retires") {
    pool.replace_worker(call.worker);
    REQUIRE(call.state == CallState::kPosted);
    REQUIRE_FALSE(pool.dispatch.retiring_is_idle());
  }
  SECTION("and its caller leaves") {
    REQUIRE(pool.cancel(call));
    REQUIRE(call.error->phase() == Phase::kRunning);
  }
}

TEST_CASE("a death before the first part was taken is retried as ever") {
  const bool stands = GENERATE(false, true);
  FakePool pool({.workers = 2});
  Call& call = streamed(pool, 0, Retry::kAlways);
  if (stands) send_part(call);
  pool.end_worker(call.worker);
  REQUIRE(call.state == CallState::kPosted);
  REQUIRE_FALSE(call.dead);
  REQUIRE(pool.stats().retried == 1);
  pool.begin(call);
  send_part(call);
  take_part(pool, call);
  pool.end_worker(call.worker);
  REQUIRE(pool.code(call) == ErrorCode::kPoisonedRequest);
}

TEST_CASE("a whole part that is available when its worker ends is taken before the error is told") {
  FakePool pool({.workers = 1});
  Call& call = streamed(pool, 1);
  send_part(call);
  pool.end_worker(0);
  REQUIRE(call.state == CallState::kPosted);
  REQUIRE(call.dead);
  REQUIRE(pool.stats().in_flight == 1);
  SECTION("taken") {
    take_part(pool, call);
    REQUIRE(call.state == CallState::kDone);
    REQUIRE(pool.code(call) == ErrorCode::kWorkerLost);
    REQUIRE_THAT(call.error->what(), contains("after 2 parts"));
  }
  SECTION("given up instead") {
    REQUIRE(pool.cancel(call));
    REQUIRE(pool.code(call) == ErrorCode::kCancelled);
  }
  SECTION("forgotten instead") {
    REQUIRE(pool.dispatch.forget(call, pool.now, pool.wakes));
    REQUIRE(call.state == CallState::kDone);
  }
  REQUIRE(pool.dispatch.drained());
  pool.start_worker(0);
  pool.serve(pool.admit());
}

TEST_CASE(
    "a caller that leaves in the middle abandons the run, whose worker is back once it has ended") {
  FakePool pool({.workers = 1});
  Call& call = streamed(pool, 2);
  if (GENERATE(false, true)) send_part(call);
  REQUIRE(pool.dispatch.forget(call, pool.now, pool.wakes));
  pool.dispatch.counts().turn_into_success();
  REQUIRE(pool.worker(0).slot(1).cancelled);
  REQUIRE(pool.dispatch.state(0) == WorkerState::kLate);
  Call& next = pool.admit();
  REQUIRE(pool.queued(next));
  pool.worker(0).answer(1);
  pool.sweep();
  pool.serve(next);
  REQUIRE(pool.stats().succeeded == 2);
  REQUIRE(pool.stats().failed == 0);
}

TEST_CASE("hang_timeout begins anew with each part that is taken") {
  FakePool pool({.workers = 1, .hang_timeout = 1s});
  Call& call = streamed(pool, 0);
  for (int i = 0; i < 4; ++i) {
    pool.sweep();
    pool.now += 900ms;
    pool.sweep();
    REQUIRE(pool.worker(0).killed().empty());
    send_part(call);
    take_part(pool, call);
  }
  pool.sweep();
  pool.now += 1s;
  pool.sweep();
  REQUIRE_THAT(pool.worker(0).killed(), contains("hung"));
}

TEST_CASE("a run whose part is available does not hang, however long its caller takes") {
  FakePool pool({.workers = 1, .hang_timeout = 1s});
  Call& call = streamed(pool, 1);
  pool.sweep();
  send_part(call);
  pool.now += 1h;
  pool.sweep();
  REQUIRE(pool.worker(0).killed().empty());
  SECTION("once it is taken, it may") {
    take_part(pool, call);
    pool.sweep();
    pool.now += 1s;
    pool.sweep();
    REQUIRE_THAT(pool.worker(0).killed(), contains("hung"));
  }
  SECTION("nor is it spared once its caller has left") {
    REQUIRE(pool.cancel(call));
    pool.now += 5s;
    pool.sweep();
    REQUIRE_THAT(pool.worker(0).killed(), contains("cancel_grace"));
  }
}

TEST_CASE("a stream goes on in a worker that retires") {
  FakePool pool({.workers = 1});
  Call& call = streamed(pool, 1);
  pool.replace_worker(0);
  send_part(call);
  take_part(pool, call);
  REQUIRE_FALSE(pool.dispatch.retiring_is_idle());
  pool.answer(call);
  pool.collect(call);
  REQUIRE(pool.dispatch.retiring_is_idle());
}

TEST_CASE("abort ends a stream as stopped, and its model is told") {
  FakePool pool({.workers = 1});
  Call& call = streamed(pool, 2);
  send_part(call);
  pool.dispatch.abort(pool.wakes);
  REQUIRE(pool.code(call) == ErrorCode::kStopped);
  REQUIRE(pool.worker(0).slot(1).cancelled);
}

}  // namespace
}  // namespace inferpool::pool::dispatch
