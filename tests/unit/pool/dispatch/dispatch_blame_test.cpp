// SPDX-License-Identifier: Apache-2.0
// Which inputs are to blame for the end of a worker, and how a poisoned one is refused.
#include "catch.hpp"
#include "pool/dispatch/dispatch.hpp"
#include "unit/pool/dispatch/fake_pool.hpp"

namespace inferpool::pool::dispatch {
namespace {

TEST_CASE(
    "a request that was running when its worker ended is blamed, and one that was not is not") {
  FakePool pool{{.workers = 1}};
  Call& begun = pool.admit();
  Call& ahead = pool.admit();
  Call& queued = pool.admit();
  pool.begin(begun);
  pool.end_worker(0, {.signal = 11});
  REQUIRE(begun.blamed == 1);
  REQUIRE(begun.blamed_end->status.signal == 11);
  REQUIRE(ahead.blamed == 0);
  REQUIRE(queued.blamed == 0);
}

TEST_CASE("a request that is run twice is blamed for each end, also if it is answered then") {
  FakePool pool{{.workers = 2}};
  Call& answered = pool.admit(Retry::kAlways);
  pool.begin(answered);
  pool.end_worker(0);
  pool.serve(answered);
  REQUIRE(answered.blamed == 1);
  pool.start_worker(0);
  Call& failed = pool.admit(Retry::kAlways);
  for (int i = 0; i < 2; ++i) {
    pool.begin(failed);
    pool.end_worker(failed.worker);
  }
  REQUIRE(failed.blamed == 2);
  REQUIRE(FakePool::code(failed) == ErrorCode::kPoisonedRequest);
}

TEST_CASE("a request whose whole answer is available when its worker ends is not blamed") {
  FakePool pool{{.workers = 1}};
  Call& call = pool.admit();
  pool.run(call);
  pool.end_worker(0);
  pool.collect(call);
  REQUIRE(call.blamed == 0);
}

TEST_CASE("all requests that ran side by side when a worker ended by itself are blamed") {
  FakePool pool{{.workers = 1, .concurrency = 3}};
  const Calls calls = pool.admit_many(3);
  for (Call* call : calls) pool.begin(*call);
  pool.end_worker(0);
  for (const Call* call : calls) REQUIRE(call->blamed == 1);
}

TEST_CASE("among requests that run side by side only the one that hung is blamed") {
  FakePool pool{{.workers = 1, .concurrency = 2, .hang_timeout = 10s}};
  Call& hung = pool.admit();
  pool.begin(hung);
  pool.sweep();
  pool.now += 6s;
  Call& beside = pool.admit();
  pool.begin(beside);
  pool.sweep();
  pool.now += 5s;
  pool.sweep();
  REQUIRE(pool.worker(0).killed() != "");
  pool.end_worker(0);
  REQUIRE(hung.blamed == 1);
  REQUIRE(FakePool::code(beside) == ErrorCode::kWorkerLost);
  REQUIRE(beside.blamed == 0);
  // The next worker starts afresh.
  pool.start_worker(0);
  Call& next = pool.admit();
  pool.begin(next);
  pool.end_worker(0);
  REQUIRE(next.blamed == 1);
}

TEST_CASE("a request beside one that went on past cancel_grace is not blamed") {
  FakePool pool{{.workers = 1, .concurrency = 2, .cancel_grace = 1s}};
  Call& late = pool.admit();
  Call& beside = pool.admit();
  pool.begin(late);
  pool.begin(beside);
  REQUIRE(pool.time_out(late));
  pool.now += 2s;
  pool.sweep();
  REQUIRE(pool.worker(0).killed() != "");
  pool.end_worker(0);
  REQUIRE(beside.blamed == 0);
}

TEST_CASE("a poisoned request counts as failed, and gets `stopped` after close") {
  FakePool pool{{.workers = 1}};
  const Error poisoned(ErrorCode::kPoisonedRequest, "twice");
  Call& first = pool.make_call();
  REQUIRE(pool.dispatch.refuse_poisoned(first, poisoned).code() == ErrorCode::kPoisonedRequest);
  REQUIRE(first.state == CallState::kDone);
  pool.dispatch.close(pool.wakes);
  REQUIRE(pool.dispatch.refuse_poisoned(pool.make_call(), poisoned).code() == ErrorCode::kStopped);
  REQUIRE(pool.stats().requests == 2);
  REQUIRE(pool.stats().failed == 2);
  REQUIRE(pool.stats().poisoned == 1);
  REQUIRE(pool.stats().in_flight == 0);
}

}  // namespace
}  // namespace inferpool::pool::dispatch
