// SPDX-License-Identifier: Apache-2.0
// Who runs what while nothing fails. dispatch_faults_test.cpp and dispatch_late_test.cpp have the
// faults.
#include "pool/dispatch/dispatch.hpp"

#include "catch.hpp"
#include "unit/pool/dispatch/fake_pool.hpp"

namespace inferpool::pool::dispatch {
namespace {

using test::contains;

std::vector<int> places(const Calls& calls) {
  std::vector<int> places;
  for (const Call* call : calls) places.push_back(FakePool::worker_of(*call));
  return places;
}

TEST_CASE("a call is posted to an idle worker at once") {
  FakePool pool{{.workers = 1}};
  Call& call = pool.admit();
  REQUIRE(FakePool::worker_of(call) == 0);
  REQUIRE(pool.worker(0).slot(call.sequence).call_id == call.id);
  REQUIRE(pool.stats().queued == 0);
}

TEST_CASE(
    "a call is marked with its turn: none while it is posted ahead, else when it was posted") {
  FakePool pool{{.workers = 2}};
  pool.end_worker(0);
  pool.end_worker(1);
  const auto admit = [&]() -> Call& {
    Call& call = pool.make_call();
    call.marks.admitted = core::ticks();
    REQUIRE_FALSE(pool.dispatch.admit(call, pool.wakes));
    return call;
  };
  Call& waited = admit();
  pool.start_worker(0);
  CHECK(waited.marks.turn > waited.marks.admitted);
  const Call& ahead = admit();
  REQUIRE(FakePool::worker_of(ahead) == 0);
  CHECK(ahead.marks.turn == 0);
  pool.start_worker(1);  // which takes it over
  REQUIRE(FakePool::worker_of(ahead) == 1);
  CHECK(ahead.marks.turn > ahead.marks.admitted);
  pool.serve(waited);
  const Call& at_once = admit();
  REQUIRE(FakePool::worker_of(at_once) == 0);
  CHECK(at_once.marks.turn == at_once.marks.admitted);
}

TEST_CASE("of several idle workers the one that served last is taken") {
  FakePool pool{{.workers = 4}};
  const Calls calls = pool.admit_many(4);
  for (const int last : {2, 0, 3, 1}) pool.serve(*calls[static_cast<std::size_t>(last)]);
  for (const int expected : {1, 3, 0, 2}) REQUIRE(FakePool::worker_of(pool.admit()) == expected);
}

TEST_CASE("one caller after the other is served by one and the same worker") {
  FakePool pool{{.workers = 3}};
  for (int i = 0; i < 10; ++i) {
    Call& call = pool.admit();
    REQUIRE(FakePool::worker_of(call) == 0);
    pool.serve(call);
  }
  REQUIRE(pool.stats().workers[0].served == 10);
}

TEST_CASE("calls wait in a queue, first in, first out, while no worker is idle") {
  FakePool pool{{.workers = 1}};
  const Calls calls = pool.admit_many(6);
  REQUIRE(pool.stats().queued == 5);
  for (Call* call : calls) {
    for (Call* other : calls) {
      if (other->order > call->order + 1) REQUIRE(FakePool::queued(*other));
    }
    pool.serve(*call);
  }
  REQUIRE(pool.stats().queued == 0);
}

TEST_CASE("the oldest waiting calls are posted ahead, one to each busy worker") {
  FakePool pool{{.workers = 2}};
  const Calls calls = pool.admit_many(5);
  REQUIRE(places(calls) == std::vector<int>{0, 1, 0, 1, -1});
  REQUIRE(pool.stats().queued == 3);
  pool.serve(*calls[1]);
  REQUIRE(places(calls) == std::vector<int>{0, -1, 0, 1, 1});
  REQUIRE(pool.stats().queued == 2);
}

TEST_CASE("a waiter is told when its call is posted, ahead too") {
  FakePool pool{{.workers = 1}};
  const Calls calls = pool.admit_many(3);
  const std::uint32_t seen = calls[2]->waiter->seen();
  pool.serve(*calls[0]);
  REQUIRE(FakePool::worker_of(*calls[2]) == 0);
  REQUIRE(calls[2]->waiter->seen() != seen);
}

TEST_CASE("B4: a quick request never waits behind a slow one while a worker is idle") {
  FakePool pool{{.workers = 2}};
  Call& slow = pool.admit();
  pool.begin(slow);
  Call& quick = pool.admit();
  Call& next = pool.admit();
  REQUIRE(FakePool::worker_of(next) == 0);  // ahead, behind the slow one
  const std::uint32_t seen = next.waiter->seen();
  pool.serve(quick);
  REQUIRE(FakePool::worker_of(next) == 1);
  REQUIRE(next.waiter->seen() != seen);
  REQUIRE(pool.stats().queued == 0);
  pool.serve(next);
  pool.answer(slow);
  pool.collect(slow);
  REQUIRE(pool.stats().workers[1].served == 2);
}

TEST_CASE("an idle worker takes the oldest of all that wait, wherever it waits") {
  FakePool pool{{.workers = 3}};
  const Calls calls = pool.admit_many(7);
  REQUIRE(places(calls) == std::vector<int>{0, 1, 2, 0, 1, 2, -1});
  pool.begin(*calls[0]);
  pool.begin(*calls[1]);
  pool.begin(*calls[2]);
  pool.answer(*calls[2]);
  pool.collect(*calls[2]);  // worker 2 goes on with its own, and gets another ahead
  REQUIRE(places(calls) == std::vector<int>{0, 1, -1, 0, 1, 2, 2});
  pool.serve(*calls[5]);
  pool.serve(*calls[6]);
  REQUIRE(FakePool::worker_of(*calls[3]) == 2);  // taken back from worker 0
  pool.serve(*calls[3]);
  REQUIRE(FakePool::worker_of(*calls[4]) == 2);
}

TEST_CASE("a call posted ahead that has begun meanwhile stays, and the next oldest is taken back") {
  FakePool pool{{.workers = 3}};
  const Calls calls = pool.admit_many(5);
  REQUIRE(places(calls) == std::vector<int>{0, 1, 2, 0, 1});
  pool.run(*calls[0]);  // answered, but its caller has not looked yet
  pool.begin(*calls[3]);
  pool.begin(*calls[1]);
  pool.serve(*calls[2]);
  REQUIRE(FakePool::worker_of(*calls[3]) == 0);
  REQUIRE(FakePool::worker_of(*calls[4]) == 2);
}

TEST_CASE(
    "taking back again and again from a worker in a long run uses up no room that it needs later") {
  FakePool pool{{.workers = 2}};
  Call& slow = pool.admit();
  pool.begin(slow);
  Call* quick = &pool.admit();
  for (std::uint32_t i = 0; i < 3 * FakeChannel::kSlots; ++i) {
    Call& next = pool.admit();
    pool.serve(*quick);
    REQUIRE(FakePool::worker_of(next) == 1);
    quick = &next;
  }
  Call& waiting = pool.admit();
  pool.answer(slow);
  pool.collect(slow);  // before the worker has passed what was taken back
  REQUIRE(FakePool::worker_of(waiting) == 0);
  Call& ahead = pool.admit();
  pool.serve(waiting);
  pool.serve(*quick);
  pool.serve(ahead);
  REQUIRE(pool.stats().in_flight == 0);
}

TEST_CASE("a call that finds no room in an idle worker's ring is posted at the next sweep") {
  FakePool pool{{.workers = 1}};
  std::vector<std::uint32_t> filled;
  while (pool.worker(0).has_room())
    filled.push_back(pool.worker(0).post(pool.make_call(), pool.wakes));
  Call& call = pool.admit();
  REQUIRE(FakePool::queued(call));
  REQUIRE(pool.sweep() <= pool.now + 10ms);
  for (const std::uint32_t sequence : filled) {
    pool.worker(0).recall(sequence);
    pool.worker(0).finish(sequence);
  }
  pool.worker(0).pass_recalled();
  pool.sweep();
  REQUIRE(FakePool::worker_of(call) == 0);
}

TEST_CASE("B6: past max_queue_size a call is refused at once, those posted ahead counted") {
  FakePool pool{{.workers = 2, .max_queue_size = 3}};
  const Calls calls = pool.admit_many(5);
  REQUIRE(places(calls) == std::vector<int>{0, 1, 0, 1, -1});
  const Error error = pool.refused();
  REQUIRE(error.code() == ErrorCode::kQueueFull);
  REQUIRE_THAT(error.what(), contains("3 requests wait") && contains("max_queue_size is 3"));
  REQUIRE(pool.stats().in_flight == 5);
  pool.serve(*calls[0]);
  pool.admit();
  REQUIRE(pool.refused().code() == ErrorCode::kQueueFull);
}

TEST_CASE("max_queue_size 0 lets no call wait, but idle workers serve") {
  FakePool pool{{.workers = 2, .max_queue_size = 0}};
  const Calls calls = pool.admit_many(2);
  REQUIRE(pool.refused().code() == ErrorCode::kQueueFull);
  pool.serve(*calls[1]);
  REQUIRE(FakePool::worker_of(pool.admit()) == 1);
  REQUIRE(pool.refused().code() == ErrorCode::kQueueFull);
}

TEST_CASE("a worker of concurrency 2 gets two calls to run and one ahead") {
  FakePool pool{{.workers = 1, .concurrency = 2}};
  const Calls calls = pool.admit_many(4);
  REQUIRE(places(calls) == std::vector<int>{0, 0, 0, -1});
  REQUIRE(pool.stats().queued == 2);
  pool.begin(*calls[0]);
  pool.run(*calls[1]);
  pool.collect(*calls[1]);
  REQUIRE(places(calls) == std::vector<int>{0, -1, 0, 0});
  REQUIRE(pool.stats().queued == 1);
}

TEST_CASE("among workers of concurrency 2 the one that runs less is taken") {
  FakePool pool{{.workers = 2, .concurrency = 2}};
  const Calls calls = pool.admit_many(4);
  REQUIRE(places(calls) == std::vector<int>{0, 1, 0, 1});
  pool.serve(*calls[1]);
  REQUIRE(FakePool::worker_of(pool.admit()) == 1);
}

TEST_CASE("calls that were admitted before any worker lives are run once one is ready") {
  FakePool pool{{.workers = 2}};
  pool.end_worker(0);
  pool.end_worker(1);
  const Calls calls = pool.admit_many(3);
  REQUIRE(places(calls) == std::vector<int>{-1, -1, -1});
  pool.start_worker(1);
  REQUIRE(places(calls) == std::vector<int>{1, 1, -1});
  pool.start_worker(0);
  REQUIRE(places(calls) == std::vector<int>{1, 0, 0});  // the second was taken back
}

TEST_CASE("a new worker is not the one that served last") {
  FakePool pool{{.workers = 2}};
  pool.serve(pool.admit());
  pool.end_worker(0);
  pool.serve(pool.admit());
  pool.start_worker(0);
  REQUIRE(FakePool::worker_of(pool.admit()) == 1);
}

TEST_CASE("an exception of the model is an answer like any other") {
  FakePool pool{{.workers = 1}};
  const Calls calls = pool.admit_many(2);
  pool.run(*calls[0]);
  pool.collect(*calls[0], false);
  REQUIRE(pool.dispatch.state(0) == WorkerState::kReady);
  pool.serve(*calls[1]);
  REQUIRE(pool.stats().failed == 1);
  REQUIRE(pool.stats().succeeded == 1);
  REQUIRE(pool.stats().workers[0].served == 2);
}

TEST_CASE("A15: the number in flight follows the calls and returns to 0") {
  FakePool pool{{.workers = 2, .max_queue_size = 2}};
  const Calls calls = pool.admit_many(4);
  pool.refused();
  REQUIRE(pool.stats().in_flight == 4);
  REQUIRE_FALSE(pool.dispatch.drained());
  pool.serve(*calls[0]);
  pool.begin(*calls[1]);
  pool.time_out(*calls[1]);
  REQUIRE(pool.stats().in_flight == 2);
  pool.cancel(*calls[3]);
  pool.serve(*calls[2]);
  REQUIRE(pool.stats().in_flight == 0);
  REQUIRE(pool.dispatch.drained());
}

TEST_CASE("the counters add up, refused calls included") {
  FakePool pool{{.workers = 2, .max_queue_size = 1}};
  const Calls calls = pool.admit_many(3);
  pool.refused();
  pool.serve(*calls[0]);
  pool.begin(*calls[1]);
  pool.end_worker(1);
  const Stats stats = pool.stats();
  REQUIRE(stats.requests == 4);
  REQUIRE(stats.succeeded == 1);
  REQUIRE(stats.failed == 2);
  REQUIRE(stats.in_flight == 1);
  REQUIRE(stats.queued == 0);
  REQUIRE(stats.workers[0].in_flight == 1);
  REQUIRE(stats.workers[1].in_flight == 0);
}

}  // namespace
}  // namespace inferpool::pool::dispatch
