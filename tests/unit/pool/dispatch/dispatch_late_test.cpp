// SPDX-License-Identifier: Apache-2.0
// Calls that end before their answer, and workers that do not answer in time.
#include "catch.hpp"
#include "pool/dispatch/dispatch.hpp"
#include "unit/pool/dispatch/fake_pool.hpp"

namespace inferpool::pool::dispatch {
namespace {

using test::contains;

// A block of a request that notices when nobody holds it any more.
class Block final : public detail::Storage {
 public:
  explicit Block(bool& held) : Storage(nullptr, 0, true), held_(held) { held_ = true; }
  ~Block() override { held_ = false; }

 private:
  bool& held_;
};

TEST_CASE("a deadline that passes in the queue ends the call and nothing else") {
  FakePool pool{{.workers = 1}};
  const Calls calls = pool.admit_many(4);
  REQUIRE(pool.time_out(*calls[2]));
  REQUIRE(FakePool::code(*calls[2]) == ErrorCode::kDeadlineExceeded);
  REQUIRE(calls[2]->error->phase() == Phase::kQueued);
  REQUIRE(calls[2]->error->details().request_id == calls[2]->id);
  for (const std::size_t next : {0U, 1U, 3U}) pool.serve(*calls[next]);
}

TEST_CASE("a deadline that passes while the call is posted ahead takes it back") {
  FakePool pool{{.workers = 1}};
  const Calls calls = pool.admit_many(3);
  pool.begin(*calls[0]);
  REQUIRE(pool.time_out(*calls[1]));
  REQUIRE(calls[1]->error->phase() == Phase::kQueued);
  REQUIRE(pool.dispatch.state(0) == WorkerState::kReady);
  REQUIRE(FakePool::worker_of(*calls[2]) == 0);  // ahead in its stead
  pool.answer(*calls[0]);
  pool.collect(*calls[0]);
  pool.serve(*calls[2]);
}

TEST_CASE("a deadline that passes while a worker runs the call says so and abandons the run") {
  FakePool pool{{.workers = 2}};
  bool held = false;
  Call& call = pool.make_call();
  call.blocks.emplace_back(new Block(held));
  REQUIRE_FALSE(pool.dispatch.admit(call, pool.wakes));
  pool.begin(call);
  REQUIRE(pool.time_out(call));
  REQUIRE(FakePool::code(call) == ErrorCode::kDeadlineExceeded);
  REQUIRE(call.error->phase() == Phase::kRunning);
  REQUIRE(call.error->details().worker_index == 0);
  REQUIRE(pool.worker(0).slot(1).cancelled);
  REQUIRE(pool.dispatch.state(0) == WorkerState::kLate);
  REQUIRE(call.blocks.empty());
  REQUIRE(held);  // the worker still reads it
  SECTION("until the worker answers") {
    pool.worker(0).answer(1);
    pool.sweep();
  }
  SECTION("until the worker ends") { pool.end_worker(0); }
  REQUIRE_FALSE(held);
  REQUIRE(pool.stats().failed == 1);
}

TEST_CASE("a call that its caller cancels ends as cancelled, wherever it is") {
  FakePool pool{{.workers = 1}};
  const Calls calls = pool.admit_many(3);
  pool.begin(*calls[0]);
  for (const std::size_t i : {2U, 1U, 0U}) {
    REQUIRE(pool.cancel(*calls[i]));
    REQUIRE(FakePool::code(*calls[i]) == ErrorCode::kCancelled);
    REQUIRE(calls[i]->error->phase() == (i == 0 ? Phase::kRunning : Phase::kQueued));
  }
  REQUIRE(pool.dispatch.drained());
}

TEST_CASE("a call that has its answer or its error is not given up") {
  FakePool pool{{.workers = 1}};
  Call& call = pool.admit();
  pool.run(call);
  REQUIRE_FALSE(pool.time_out(call));
  pool.collect(call);
  REQUIRE_FALSE(pool.time_out(call));
  Call& lost = pool.admit();
  pool.begin(lost);
  pool.end_worker(0);
  REQUIRE_FALSE(pool.cancel(lost));
  REQUIRE(FakePool::code(lost) == ErrorCode::kWorkerLost);
}

TEST_CASE("a call whose caller leaves before its end is nobody's any more, wherever it is") {
  FakePool pool{{.workers = 2}};
  const Calls calls = pool.admit_many(6);  // two run, two are posted ahead, two wait
  for (const std::size_t i : {0U, 1U}) pool.begin(*calls[i]);
  pool.answer(*calls[1]);
  for (Call* call : calls) {
    REQUIRE(pool.dispatch.forget(*call, pool.now, pool.wakes));
    REQUIRE(call->state == CallState::kDone);
    REQUIRE_FALSE(pool.dispatch.forget(*call, pool.now, pool.wakes));
  }
  REQUIRE(pool.dispatch.drained());
  REQUIRE(pool.stats().failed == 6);
  pool.worker(1).pass_recalled();  // what it should have begun behind its answer
  pool.sweep();
  REQUIRE(FakePool::worker_of(pool.admit()) == 1);  // the other one still runs what was abandoned
  pool.worker(0).answer(1);
  pool.sweep();
  REQUIRE(FakePool::worker_of(pool.admit()) == 0);
}

TEST_CASE("a late worker gets no request, and what was posted ahead to it runs elsewhere") {
  FakePool pool{{.workers = 2}};
  const Calls calls = pool.admit_many(4);
  pool.begin(*calls[0]);
  pool.begin(*calls[1]);
  REQUIRE(FakePool::worker_of(*calls[2]) == 0);
  const std::uint32_t seen = calls[2]->waiter->seen();
  pool.time_out(*calls[0]);
  REQUIRE(FakePool::queued(*calls[2]));
  REQUIRE(calls[2]->waiter->seen() != seen);
  REQUIRE(FakePool::worker_of(*calls[3]) == 1);
  pool.answer(*calls[1]);
  pool.collect(*calls[1]);
  pool.serve(*calls[3]);
  pool.serve(*calls[2]);
  REQUIRE(pool.worker(0).begin() == 0);
  REQUIRE(FakePool::worker_of(pool.admit()) == 1);
}

TEST_CASE("a late worker of concurrency 2 keeps what it has begun") {
  FakePool pool{{.workers = 1, .concurrency = 2}};
  const Calls calls = pool.admit_many(3);
  pool.begin(*calls[0]);
  pool.begin(*calls[1]);
  pool.time_out(*calls[0]);
  REQUIRE(FakePool::queued(*calls[2]));
  pool.answer(*calls[1]);
  pool.collect(*calls[1]);
  REQUIRE(FakePool::queued(*calls[2]));
  pool.worker(0).answer(1);
  pool.sweep();
  pool.serve(*calls[2]);
}

TEST_CASE("B5: a late answer is dropped silently, and the worker is in rotation again") {
  FakePool pool{{.workers = 1}};
  Call& call = pool.admit();
  pool.begin(call);
  pool.time_out(call);
  Call& next = pool.admit();
  REQUIRE(FakePool::queued(next));
  REQUIRE(pool.sweep() <= pool.now + 10ms);
  REQUIRE(FakePool::queued(next));
  pool.worker(0).answer(1);
  pool.sweep();
  REQUIRE(pool.worker(0).slot(1).state == FakeChannel::State::kDiscarded);
  REQUIRE(pool.dispatch.state(0) == WorkerState::kReady);
  pool.serve(next);
  REQUIRE(pool.stats().succeeded == 1);
  REQUIRE(pool.stats().failed == 1);
  REQUIRE(pool.stats().workers[0].served == 2);
  REQUIRE(pool.worker(0).killed().empty());
}

TEST_CASE("a late worker that has answered serves the next call without waiting for a sweep") {
  const int max_queue_size = GENERATE(0, 4);
  FakePool pool{{.workers = 1, .max_queue_size = max_queue_size}};
  Call& call = pool.admit();
  pool.begin(call);
  pool.time_out(call);
  pool.worker(0).answer(1);
  REQUIRE(FakePool::worker_of(pool.admit()) == 0);
}

TEST_CASE("a late worker that has answered takes the oldest call that waits, not the newest") {
  FakePool pool{{.workers = 2}};
  const Calls calls = pool.admit_many(3);
  pool.begin(*calls[0]);
  pool.begin(*calls[1]);
  pool.time_out(*calls[0]);
  REQUIRE(FakePool::worker_of(*calls[2]) == 1);  // ahead
  pool.worker(0).answer(1);
  Call& newest = pool.admit();
  REQUIRE(FakePool::worker_of(*calls[2]) == 0);
  REQUIRE(FakePool::worker_of(newest) != -1);
}

TEST_CASE("a run that goes on for cancel_grace after its caller left gets its worker killed") {
  FakePool pool{{.workers = 1, .cancel_grace = 2s}};
  const Calls calls = pool.admit_many(2);
  pool.begin(*calls[0]);
  pool.time_out(*calls[0]);
  pool.now += 1999ms;
  pool.sweep();
  REQUIRE(pool.worker(0).killed().empty());
  pool.now += 1ms;
  pool.sweep();
  REQUIRE_THAT(pool.worker(0).killed(), contains("cancel_grace") && contains("2 s"));
  pool.end_worker(0);
  pool.start_worker(0);
  pool.serve(*calls[1]);
  REQUIRE(pool.stats().failed == 1);
}

TEST_CASE(
    "a stopped worker that begins nothing gets no second request, and is killed after "
    "cancel_grace") {
  FakePool pool{{.workers = 2, .cancel_grace = 2s}};
  Call& call = pool.admit();
  REQUIRE(FakePool::worker_of(call) == 0);
  REQUIRE(pool.time_out(call));
  REQUIRE(call.error->phase() == Phase::kQueued);
  REQUIRE(pool.dispatch.state(0) == WorkerState::kLate);
  const Calls calls = pool.admit_many(2);
  for (Call* next : calls) {
    REQUIRE(FakePool::worker_of(*next) != 0);
    if (FakePool::queued(*next)) continue;
    pool.serve(*next);
  }
  pool.sweep();
  pool.now += 2s;
  pool.sweep();
  REQUIRE_THAT(pool.worker(0).killed(),
               contains("did not start a request") && contains("cancel_grace"));
}

TEST_CASE("a worker that was only slow to wake up is in rotation as soon as it has") {
  FakePool pool{{.workers = 1, .cancel_grace = 2s}};
  pool.time_out(pool.admit());
  Call& call = pool.admit();
  REQUIRE(FakePool::queued(call));
  pool.worker(0).pass_recalled();
  pool.sweep();
  pool.serve(call);
  pool.now += 1h;
  pool.sweep();
  REQUIRE(pool.worker(0).killed().empty());
}

TEST_CASE("a short cancel_grace leaves a sleeping worker the time to wake up") {
  FakePool pool{{.workers = 1, .cancel_grace = 1ms}};
  pool.time_out(pool.admit());
  pool.now += 50ms;
  pool.sweep();
  REQUIRE(pool.worker(0).killed().empty());
  pool.now += 50ms;
  pool.sweep();
  REQUIRE_FALSE(pool.worker(0).killed().empty());
}

}  // namespace
}  // namespace inferpool::pool::dispatch
