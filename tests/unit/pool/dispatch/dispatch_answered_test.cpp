// SPDX-License-Identifier: Apache-2.0
// Runs that are answered, but whose answer nobody has read: they no longer have a turn.
#include "catch.hpp"
#include "unit/pool/dispatch/fake_pool.hpp"

namespace inferpool::pool::dispatch {
namespace {

using test::contains;

// Calls on one worker. The first `answered` of them have an answer; their callers are busy
// elsewhere.
struct SlowCallers {
  SlowCallers(DispatchLimits limits, int answered, int more = 1) : pool(limits) {
    for (int i = 0; i < answered; ++i) {
      slow.push_back(&pool.admit());
      pool.run(*slow.back());
    }
    calls = pool.admit_many(more);
  }
  FakePool pool;
  Calls slow;
  Calls calls;
};

TEST_CASE("a request behind an answer that nobody has read is timed from its start", "[H1]") {
  const int concurrency = GENERATE(1, 2);
  SlowCallers world({.workers = 1, .concurrency = concurrency, .hang_timeout = 10s}, concurrency);
  FakePool& pool = world.pool;
  Call& call = *world.calls[0];
  pool.begin(call);
  pool.now += 1h;  // nobody looked so far
  pool.sweep();
  pool.now += 9999ms;
  pool.sweep();
  REQUIRE(pool.worker(0).killed().empty());
  pool.now += 1ms;
  pool.sweep();
  REQUIRE_THAT(pool.worker(0).killed(), contains("hang_timeout"));
  pool.end_worker(0);
  REQUIRE(FakePool::code(call) == ErrorCode::kWorkerLost);
  REQUIRE(call.blamed == 1);
  for (Call* slow : world.slow) {
    REQUIRE(slow->blamed == 0);
    pool.collect(*slow);
  }
}

TEST_CASE("a request that is posted ahead behind a run and an answer is not timed", "[H1]") {
  SlowCallers world({.workers = 1, .hang_timeout = 10s}, 1, 2);
  FakePool& pool = world.pool;
  pool.begin(*world.calls[0]);
  REQUIRE(FakePool::worker_of(*world.calls[1]) == 0);
  pool.sweep();
  pool.now += 9s;
  pool.sweep();
  pool.answer(*world.calls[0]);
  pool.collect(*world.calls[0]);
  pool.begin(*world.calls[1]);
  pool.sweep();
  pool.now += 9s;
  pool.sweep();
  REQUIRE(pool.worker(0).killed().empty());
}

TEST_CASE("a run is reported as running though an answer before it is not read", "[H1]") {
  SlowCallers world({.workers = 1}, 1);
  FakePool& pool = world.pool;
  pool.begin(*world.calls[0]);
  REQUIRE(pool.dispatch.running_since(0) > 0);
  pool.sweep();
  const std::uint64_t since = pool.dispatch.running_since(0);
  REQUIRE(since > 0);
  REQUIRE(since <= core::ticks());
  REQUIRE(pool.dispatch.running_since(0) == since);
  REQUIRE(pool.stats().workers[0].in_flight == 1);
  REQUIRE(pool.stats().workers[0].served == 1);
  REQUIRE(pool.stats().in_flight == 2);
  REQUIRE(pool.stats().queued == 0);
  pool.answer(*world.calls[0]);
  REQUIRE(pool.dispatch.running_since(0) == 0);
  pool.collect(*world.slow[0]);
  pool.collect(*world.calls[0]);
  REQUIRE(pool.stats().workers[0].served == 2);
}

TEST_CASE(
    "a deadline of a call behind an answer makes the worker late that should have begun the call",
    "[H1]") {
  SlowCallers world({.workers = 1, .cancel_grace = 1s}, 1, 2);
  FakePool& pool = world.pool;
  REQUIRE(pool.time_out(*world.calls[0]));
  REQUIRE(world.calls[0]->error->phase() == Phase::kQueued);
  REQUIRE(pool.dispatch.state(0) == WorkerState::kLate);
  REQUIRE(FakePool::queued(*world.calls[1]));  // a worker that is stopped must not have it
  SECTION("until the worker passes the call") {
    pool.worker(0).pass_recalled();
    pool.sweep();
    pool.serve(*world.calls[1]);
  }
  SECTION("or cancel_grace is over") {
    pool.now += 1s;
    pool.sweep();
    REQUIRE_THAT(pool.worker(0).killed(), contains("did not start a request"));
  }
  pool.collect(*world.slow[0]);
}

TEST_CASE("a worker whose answers nobody reads goes on with what waits", "[H1]") {
  const int concurrency = GENERATE(1, 2);
  FakePool pool{{.workers = 1, .concurrency = concurrency}};
  Calls slow;
  for (int i = 0; i < 20; ++i) {
    slow.push_back(&pool.admit());
    REQUIRE(FakePool::worker_of(*slow.back()) == 0);
    pool.run(*slow.back());
  }
  for (Call* call : slow) pool.collect(*call);
  REQUIRE(pool.stats().succeeded == 20);
}

TEST_CASE("answers that nobody reads leave room for one run beside them in the worker's memory",
          "[H1]") {
  FakePool pool{{.workers = 1}};
  const Calls calls = pool.admit_many(3);
  for (const std::size_t i : {0U, 1U}) {
    pool.begin(*calls[i]);
    pool.worker(0).answer_with_memory(calls[i]->sequence);
  }
  pool.sweep();
  REQUIRE(FakePool::queued(*calls[2]));
  pool.collect(*calls[0]);
  pool.serve(*calls[2]);
}

TEST_CASE("a worker that became idle unseen, as callers were busy, soon gets what waits", "[H1]") {
  FakePool pool{{.workers = 1}};
  const Calls calls = pool.admit_many(3);
  REQUIRE(FakePool::queued(*calls[2]));
  for (const std::size_t i : {0U, 1U}) pool.run(*calls[i]);
  pool.sweep();
  REQUIRE(FakePool::worker_of(*calls[2]) == 0);
}

TEST_CASE("a worker that may become idle unseen is looked at while calls wait", "[H1]") {
  FakePool pool{{.workers = 1}};
  Call& stream = pool.admit();
  stream.streams = true;
  pool.begin(stream);
  FakePool::channel_of(stream).send_part(stream.sequence);
  pool.dispatch.part_taken(stream, pool.wakes);  // its caller may be busy with it
  pool.admit();
  REQUIRE(*pool.sweep() > pool.now + 5ms);
  pool.admit();
  REQUIRE(*pool.sweep() == pool.now + 5ms);
}

TEST_CASE("a call that has its turn behind an answer is not ahead", "[H1]") {
  SlowCallers world({.workers = 1, .max_queue_size = 2}, 1, 3);
  FakePool& pool = world.pool;
  REQUIRE(FakePool::worker_of(*world.calls[0]) == 0);
  REQUIRE(world.calls[0]->marks.turn > 0);
  REQUIRE(FakePool::worker_of(*world.calls[1]) == 0);
  REQUIRE(world.calls[1]->marks.turn == 0);
  REQUIRE(FakePool::queued(*world.calls[2]));
  REQUIRE(pool.stats().queued == 2);
  REQUIRE(pool.refused().code() == ErrorCode::kQueueFull);
}

TEST_CASE("a call that was ahead has its turn once the one before it is answered", "[H1]") {
  FakePool pool{{.workers = 2}};
  const Calls calls = pool.admit_many(3);
  REQUIRE(FakePool::worker_of(*calls[2]) == 0);
  REQUIRE(pool.stats().queued == 1);
  pool.run(*calls[0]);
  REQUIRE(pool.stats().queued == 0);
  pool.run(*calls[1]);
  pool.collect(*calls[1]);
  REQUIRE(FakePool::worker_of(*calls[2]) == 0);  // its worker begins it by itself
  pool.serve(*calls[2]);
}

TEST_CASE("of two workers the one with nothing in hand is taken, whatever is not read", "[H1]") {
  FakePool pool{{.workers = 2, .concurrency = 2}};
  Call& slow = pool.admit();
  pool.run(slow);
  Call& other = pool.admit();
  pool.begin(other);
  REQUIRE(FakePool::worker_of(other) == FakePool::worker_of(slow));  // it served last
  Call& next = pool.admit();
  REQUIRE(FakePool::worker_of(next) != FakePool::worker_of(slow));
}

TEST_CASE("a worker whose last answer is not read may retire, and the answer stays readable",
          "[H7]") {
  FakePool pool{{.workers = 1}};
  Call& slow = pool.admit();
  pool.begin(slow);
  pool.replace_worker(0);
  REQUIRE_FALSE(pool.dispatch.retiring_is_idle());
  pool.answer(slow);
  REQUIRE(pool.dispatch.retiring_is_idle());
  SECTION("read before it has left") {
    pool.collect(slow);
    pool.end_retiring({.code = 0});
  }
  SECTION("read after it") {
    pool.end_retiring({.code = 0});
    pool.serve(pool.admit());
    pool.replace_worker(0);
    REQUIRE(pool.dispatch.retiring_is_idle());
    pool.collect(slow);
  }
  REQUIRE(pool.stats().failed == 0);
}

TEST_CASE("a pool in which all calls are answered is drained, read or not", "[H7]") {
  FakePool pool{{.workers = 2}};
  const Calls calls = pool.admit_many(3);
  pool.dispatch.close(pool.wakes);
  for (Call* call : calls) {
    REQUIRE_FALSE(pool.dispatch.drained());
    pool.run(*call);
  }
  REQUIRE(pool.dispatch.drained());
  pool.end_worker(0, {.code = 0});
  REQUIRE(pool.dispatch.drained());
  for (Call* call : calls) pool.collect(*call);
  REQUIRE(pool.stats().succeeded == 3);
}

TEST_CASE("a worker whose answers wait to be read runs no model", "[H1]") {
  FakePool pool{{.workers = 2, .processors = 2}};
  const Calls calls = pool.admit_many(2);
  for (Call* call : calls) pool.run(*call);
  pool.sweep();
  REQUIRE_FALSE(pool.dispatch.oversubscribed());
  pool.admit();
  REQUIRE_FALSE(pool.dispatch.oversubscribed());
  pool.admit();
  REQUIRE(pool.dispatch.oversubscribed());
}

TEST_CASE("a dead worker whose answers wait to be read runs no model", "[H1]") {
  FakePool pool{{.workers = 2, .processors = 2}};
  const Calls calls = pool.admit_many(2);
  for (Call* call : calls) pool.run(*call);
  for (int index : {0, 1}) pool.end_worker(index);
  for (int index : {0, 1}) pool.start_worker(index);
  pool.admit();
  REQUIRE_FALSE(pool.dispatch.oversubscribed());
  for (Call* call : calls) pool.collect(*call);
  REQUIRE_FALSE(pool.dispatch.oversubscribed());
  pool.admit();
  REQUIRE(pool.dispatch.oversubscribed());
}

TEST_CASE("a worker whose caller leaves its answer unread is not late", "[H1]") {
  FakePool pool{{.workers = 1}};
  const Calls calls = pool.admit_many(2);
  pool.run(*calls[0]);
  pool.begin(*calls[1]);
  REQUIRE(pool.dispatch.forget(*calls[0], pool.now, pool.wakes));
  REQUIRE(pool.dispatch.state(0) == WorkerState::kReady);
  REQUIRE(pool.stats().late == 0);
  REQUIRE(pool.worker(0).slot(1).state == FakeChannel::State::kDiscarded);
  pool.answer(*calls[1]);
  pool.collect(*calls[1]);
}

TEST_CASE("a death behind an answer that is not read blames what ran, and nothing else", "[H1]") {
  SlowCallers world({.workers = 1}, 1, 2);
  FakePool& pool = world.pool;
  pool.begin(*world.calls[0]);
  REQUIRE(FakePool::worker_of(*world.calls[1]) == 0);
  pool.end_worker(0);
  REQUIRE(world.slow[0]->blamed == 0);
  REQUIRE(world.calls[0]->blamed == 1);
  REQUIRE(world.calls[1]->blamed == 0);
  REQUIRE(FakePool::queued(*world.calls[1]));
  pool.collect(*world.slow[0]);
}

}  // namespace
}  // namespace inferpool::pool::dispatch
