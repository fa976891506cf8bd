// SPDX-License-Identifier: Apache-2.0
// Workers whose run takes longer than hang_timeout.
#include "catch.hpp"
#include "pool/dispatch/dispatch.hpp"
#include "unit/pool/dispatch/fake_pool.hpp"

namespace inferpool::pool::dispatch {
namespace {

using test::contains;

TEST_CASE(
    "a request that runs for hang_timeout gets its worker killed, and its caller worker_lost") {
  FakePool pool{{.workers = 1, .hang_timeout = 10s}};
  const Calls calls = pool.admit_many(2);
  pool.begin(*calls[0]);
  const core::Deadline next = pool.sweep();
  REQUIRE(next);
  REQUIRE(*next <= pool.now + 1s);
  pool.now += 9999ms;
  pool.sweep();
  REQUIRE(pool.worker(0).killed().empty());
  pool.now += 1ms;
  pool.sweep();
  REQUIRE_THAT(pool.worker(0).killed(), contains("hung") && contains("hang_timeout (10 s)"));
  pool.end_worker(0);
  REQUIRE(FakePool::code(*calls[0]) == ErrorCode::kWorkerLost);
  REQUIRE_THAT(calls[0]->error->what(), contains("hung"));
  pool.start_worker(0);
  pool.serve(*calls[1]);
}

TEST_CASE("a worker that hangs is asked for its stack first, and killed if it does not end") {
  FakePool pool{{.workers = 1, .hang_timeout = 10s}};
  Call& call = pool.admit();
  pool.begin(call);
  pool.sweep();
  pool.now += 10s;
  const core::Deadline next = pool.sweep();
  REQUIRE(*next <= pool.now + 10ms);
  REQUIRE(pool.dispatch.state(0) == WorkerState::kHung);
  REQUIRE(pool.worker(0).aborts() == 1);
  pool.now += 499ms;
  pool.sweep();
  REQUIRE(pool.worker(0).aborts() == 1);
  REQUIRE(pool.worker(0).kills() == 0);
  pool.now += 1ms;
  pool.sweep();
  REQUIRE(pool.worker(0).kills() == 1);
  REQUIRE_THAT(pool.worker(0).killed(), contains("hang_timeout"));  // the first reason stays
  pool.end_worker(0);
  REQUIRE(pool.dispatch.state(0) == WorkerState::kDown);
  pool.start_worker(0);
  REQUIRE(pool.dispatch.state(0) == WorkerState::kReady);
}

TEST_CASE("a worker that hangs gets no request, and what it has not begun is taken back at once") {
  FakePool pool{{.workers = 2, .hang_timeout = 10s}};
  const Calls calls = pool.admit_many(3);
  pool.begin(*calls[0]);
  pool.sweep();
  REQUIRE(FakePool::worker_of(*calls[2]) == 0);  // ahead
  pool.now += 9s;
  pool.begin(*calls[1]);
  pool.answer(*calls[1]);  // and nobody has collected it yet
  pool.now += 1s;
  pool.sweep();
  REQUIRE(pool.dispatch.state(0) == WorkerState::kHung);
  REQUIRE(pool.dispatch.state(1) == WorkerState::kReady);
  REQUIRE(FakePool::worker_of(*calls[2]) == 1);
  Call& later = pool.admit();
  REQUIRE(FakePool::worker_of(later) != 0);
  pool.collect(*calls[1]);
  pool.serve(*calls[2]);
  pool.serve(later);
}

TEST_CASE("a caller may leave a worker that hangs, and its answer may still come") {
  FakePool pool{{.workers = 1, .concurrency = 2, .hang_timeout = 10s}};
  const Calls calls = pool.admit_many(2);
  pool.begin(*calls[0]);
  pool.begin(*calls[1]);
  pool.sweep();
  pool.now += 10s;
  pool.sweep();
  REQUIRE(pool.time_out(*calls[0]));
  pool.answer(*calls[1]);
  pool.collect(*calls[1]);
  pool.sweep();
  REQUIRE(pool.dispatch.state(0) == WorkerState::kHung);
  REQUIRE(FakePool::queued(pool.admit()));
  pool.end_worker(0);
  REQUIRE(pool.stats().late == 1);
}

TEST_CASE("the time that a request was posted ahead does not count as running") {
  FakePool pool{{.workers = 1, .hang_timeout = 10s}};
  const Calls calls = pool.admit_many(2);
  pool.begin(*calls[0]);
  pool.sweep();
  pool.now += 9s;
  pool.sweep();
  pool.answer(*calls[0]);
  pool.collect(*calls[0]);
  pool.begin(*calls[1]);
  pool.now += 9s;
  pool.sweep();
  REQUIRE(pool.worker(0).killed().empty());
}

TEST_CASE("a worker whose answer nobody has read yet is not hung") {
  FakePool pool{{.workers = 1, .hang_timeout = 10s}};
  Call& call = pool.admit();
  pool.begin(call);
  pool.sweep();
  pool.answer(call);
  pool.now += 1h;
  pool.sweep();
  REQUIRE(pool.worker(0).killed().empty());
}

TEST_CASE("hang_timeout 0: a request may run for ever") {
  FakePool pool{{.workers = 1, .hang_timeout = 0s}};
  Call& call = pool.admit();
  pool.begin(call);
  for (int day = 0; day < 10; ++day) {
    pool.sweep();
    pool.now += 24h;
  }
  REQUIRE(pool.worker(0).killed().empty());
  pool.answer(call);
  pool.collect(call);
}

}  // namespace
}  // namespace inferpool::pool::dispatch
