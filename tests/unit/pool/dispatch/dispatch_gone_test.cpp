// SPDX-License-Identifier: Apache-2.0
// Answers that were available, and that somebody who shares the worker's memory takes back.
#include "catch.hpp"
#include "unit/pool/dispatch/fake_pool.hpp"

namespace inferpool::pool::dispatch {
namespace {

using test::contains;

// A call whose worker ended after it had answered.
Call& answered_by_dead(FakePool& pool, Retry retry = Retry::kIfNotStarted) {
  Call& call = pool.admit(retry);
  pool.run(call);
  pool.end_worker(call.worker);
  REQUIRE(call.dead);
  return call;
}

void take_back(const Call& call) { FakePool::channel_of(call).take_back(call.sequence); }

TEST_CASE("an answer of a dead worker that is taken back is worker_lost", "[H9]") {
  FakePool pool({.workers = 1});
  const Retry retry = GENERATE(Retry::kNever, Retry::kIfNotStarted);
  Call& call = answered_by_dead(pool, retry);
  take_back(call);
  const std::uint32_t seen = call.waiter->seen();
  pool.dispatch.answer_gone(call, pool.wakes);
  REQUIRE(call.waiter->seen() != seen);
  REQUIRE(FakePool::code(call) == ErrorCode::kWorkerLost);
  REQUIRE(call.error->phase() == Phase::kRunning);
  REQUIRE(call.blamed == 1);
  REQUIRE(pool.stats().in_flight == 0);
  REQUIRE(pool.stats().failed == 1);
  pool.dispatch.answer_gone(call, pool.wakes);  // it has ended
  REQUIRE(pool.stats().failed == 1);
}

TEST_CASE("a worker that takes its answer back and dies has none", "[H9]") {
  FakePool pool({.workers = 1});
  Call& call = pool.admit();
  pool.run(call);
  take_back(call);
  pool.end_worker(0);
  REQUIRE(FakePool::code(call) == ErrorCode::kWorkerLost);
}

TEST_CASE("with retry = always a call whose answer was taken back runs once more", "[H9]") {
  FakePool pool({.workers = 2});
  Call& call = answered_by_dead(pool, Retry::kAlways);
  take_back(call);
  pool.dispatch.answer_gone(call, pool.wakes);
  REQUIRE(FakePool::worker_of(call) == 1);
  REQUIRE_FALSE(call.dead);
  REQUIRE(pool.stats().retried == 1);
  SECTION("and may be answered then") {
    pool.serve(call);
    REQUIRE(pool.stats().succeeded == 1);
  }
  SECTION("or not") {
    pool.run(call);
    pool.end_worker(1);
    take_back(call);
    pool.dispatch.answer_gone(call, pool.wakes);
    REQUIRE(FakePool::code(call) == ErrorCode::kPoisonedRequest);
  }
  REQUIRE(pool.dispatch.drained());
}

TEST_CASE("a call that would run once more ends, if no worker comes", "[H9]") {
  FakePool pool({.workers = 1});
  Call& call = answered_by_dead(pool, Retry::kAlways);
  const bool closed = GENERATE(false, true);
  if (closed) {
    pool.dispatch.close(pool.wakes);
  } else {
    pool.dispatch.set_breaker(Error(ErrorCode::kUnavailable, "none lives"), pool.wakes);
  }
  REQUIRE(call.dead);  // the answer is still available
  take_back(call);
  pool.dispatch.answer_gone(call, pool.wakes);
  REQUIRE(FakePool::code(call) == (closed ? ErrorCode::kStopped : ErrorCode::kUnavailable));
}

TEST_CASE("a part of a dead worker that is taken back ends the call as its worker's end does",
          "[H9]") {
  FakePool pool({.workers = 1});
  Call& call = pool.admit();
  call.streams = true;
  pool.begin(call);
  FakeChannel& worker = FakePool::channel_of(call);
  for (int taken : {0, 1}) {
    worker.send_part(call.sequence);
    if (taken == 0) pool.dispatch.part_taken(call, pool.wakes);
  }
  pool.end_worker(0);
  REQUIRE(call.dead);
  take_back(call);
  pool.dispatch.answer_gone(call, pool.wakes);
  REQUIRE(FakePool::code(call) == ErrorCode::kWorkerLost);
  REQUIRE_THAT(call.error->what(), contains("after 1 part of its answer"));
  REQUIRE(call.blamed == 1);
  REQUIRE(pool.dispatch.drained());
}

TEST_CASE("a dead worker's answer that somebody turns into a part ends as worker_lost", "[H9]") {
  FakePool pool({.workers = 1});
  Call& call = pool.admit();
  call.streams = true;
  pool.run(call);
  FakeChannel& worker = FakePool::channel_of(call);
  pool.end_worker(0);
  worker.make_part(call.sequence);
  pool.dispatch.part_taken(call, pool.wakes);
  REQUIRE(FakePool::code(call) == ErrorCode::kWorkerLost);
  REQUIRE_THAT(call.error->what(), contains("after 1 part of its answer"));
  REQUIRE(pool.dispatch.drained());
}

TEST_CASE("an answer that goes while its caller leaves ends with the caller's reason", "[H9]") {
  FakePool pool({.workers = 1});
  Call& call = answered_by_dead(pool);
  take_back(call);
  SECTION("at its deadline") {
    REQUIRE(pool.time_out(call));
    REQUIRE(FakePool::code(call) == ErrorCode::kDeadlineExceeded);
  }
  SECTION("without a word") { REQUIRE(pool.dispatch.forget(call, pool.now, pool.wakes)); }
  pool.dispatch.answer_gone(call, pool.wakes);
  REQUIRE(pool.stats().failed == 1);
  REQUIRE(pool.dispatch.drained());
}

TEST_CASE("a living worker that takes an answer back is killed, whether its runs are timed or not",
          "[H9]") {
  const Duration hang_timeout = GENERATE(as<Duration>(), 0s, 10s);
  FakePool pool({.workers = 1, .hang_timeout = hang_timeout});
  Call& call = pool.admit();
  Call& behind = pool.admit();
  pool.run(call);
  pool.begin(behind);
  pool.sweep();
  REQUIRE(pool.worker(0).killed().empty());
  take_back(call);
  pool.sweep();
  REQUIRE_THAT(pool.worker(0).killed(), contains("protocol violation"));
  pool.end_worker(0);
  REQUIRE(FakePool::code(call) == ErrorCode::kWorkerLost);
  REQUIRE_THAT(call.error->what(), contains("took an answer back"));
  REQUIRE(call.blamed == 1);
  REQUIRE(behind.blamed == 0);
}

TEST_CASE("a living worker that takes a part back is killed", "[H9]") {
  FakePool pool({.workers = 1});
  Call& call = pool.admit();
  call.streams = true;
  pool.begin(call);
  FakePool::channel_of(call).send_part(call.sequence);
  pool.sweep();
  REQUIRE(pool.worker(0).killed().empty());
  take_back(call);
  pool.sweep();
  REQUIRE_THAT(pool.worker(0).killed(), contains("protocol violation"));
  pool.end_worker(0);
  REQUIRE(FakePool::code(call) == ErrorCode::kWorkerLost);
  REQUIRE(call.blamed == 1);
}

TEST_CASE("an answer that is taken back before anybody saw it is timed from the run's start",
          "[H9]") {
  FakePool pool({.workers = 1, .hang_timeout = 10s});
  Call& call = pool.admit();
  pool.sweep();
  pool.now += 5s;
  pool.run(call);
  take_back(call);
  pool.now += 5s;
  pool.sweep();
  REQUIRE_THAT(pool.worker(0).killed(), contains("hang_timeout"));
}

}  // namespace
}  // namespace inferpool::pool::dispatch
