// SPDX-License-Identifier: Apache-2.0
// What the end of workers and of the pool means to callers, in the order of the fault table.
#include "catch.hpp"
#include "pool/dispatch/dispatch.hpp"
#include "unit/pool/dispatch/fake_pool.hpp"

namespace inferpool::pool::dispatch {
namespace {

using test::contains;

Error breaker() { return {ErrorCode::kUnavailable, "no worker lives"}; }

// --- a worker ends ---

TEST_CASE("a request that the ended worker had not begun is run by another, whatever ended it") {
  const auto status = GENERATE(process::ExitStatus{.signal = 9}, process::ExitStatus{.signal = 11},
                               process::ExitStatus{.code = 0}, process::ExitStatus{.code = 3},
                               process::ExitStatus{});
  FakePool pool{{.workers = 2}};
  Call& call = pool.admit();
  REQUIRE(FakePool::worker_of(call) == 0);
  const std::uint32_t seen = call.waiter->seen();
  pool.end_worker(0, status);
  REQUIRE(FakePool::worker_of(call) == 1);
  REQUIRE(call.waiter->seen() != seen);
  pool.serve(call);
  REQUIRE(pool.stats().retried == 1);
  REQUIRE(pool.stats().succeeded == 1);
}

TEST_CASE("requests of ended workers keep their order among those that wait") {
  FakePool pool{{.workers = 3}};
  const Calls calls = pool.admit_many(8);  // 0 1 2 to run, 3 4 5 ahead, 6 7 queued
  pool.begin(*calls[2]);
  pool.end_worker(0);
  pool.end_worker(1);  // 0, 1, 3 and 4 wait again
  for (const std::size_t next : {2U, 5U, 0U, 1U, 3U, 4U, 6U, 7U}) {
    if (next != 2) pool.begin(*calls[next]);
    pool.answer(*calls[next]);
    pool.collect(*calls[next]);
  }
  REQUIRE(pool.stats().retried == 4);
}

TEST_CASE(
    "a request that the ended worker was running is lost, with all that is known of the end") {
  const auto retry = GENERATE(Retry::kIfNotStarted, Retry::kNever);
  FakePool pool{{.workers = 2}};
  Call& call = pool.admit(retry);
  pool.begin(call);
  pool.end_worker(0, {.signal = 11});
  REQUIRE(call.state == CallState::kDone);
  REQUIRE(FakePool::code(call) == ErrorCode::kWorkerLost);
  const ErrorDetails& details = call.error->details();
  REQUIRE(details.phase == Phase::kRunning);
  REQUIRE(details.request_id == call.id);
  REQUIRE(details.worker_index == 0);
  REQUIRE(details.pid == 100);
  REQUIRE(details.signal == 11);
  REQUIRE(details.stderr_tail == "last words");
  REQUIRE(pool.stats().in_flight == 0);
  REQUIRE(pool.stats().retried == 0);
}

TEST_CASE("retry always: a request that was running when its worker ended runs once more") {
  FakePool pool{{.workers = 2}};
  Call& call = pool.admit(Retry::kAlways);
  pool.begin(call);
  pool.end_worker(0);
  REQUIRE(FakePool::worker_of(call) == 1);
  pool.serve(call);
  REQUIRE(pool.stats().retried == 1);
}

TEST_CASE("retry always: a request whose second worker ends, too, is poisoned") {
  FakePool pool{{.workers = 3}};
  Call& call = pool.admit(Retry::kAlways);
  pool.begin(call);
  pool.end_worker(0);
  pool.begin(call);
  pool.end_worker(1, {.code = 0});
  REQUIRE(call.state == CallState::kDone);
  REQUIRE(FakePool::code(call) == ErrorCode::kPoisonedRequest);
  REQUIRE(call.error->details().exit_status == 0);
  REQUIRE(call.error->details().pid == 101);
  REQUIRE(pool.dispatch.live() == 1);
}

TEST_CASE("retry always: only ends while it ran count against a request") {
  FakePool pool{{.workers = 4}};
  Call& call = pool.admit(Retry::kAlways);
  pool.end_worker(FakePool::worker_of(call));
  pool.begin(call);
  pool.end_worker(FakePool::worker_of(call));
  pool.end_worker(FakePool::worker_of(call));
  pool.serve(call);
  REQUIRE(pool.stats().retried == 3);
}

TEST_CASE("retry never: a request is not given to another worker even if it had not begun") {
  FakePool pool{{.workers = 2}};
  Call& call = pool.admit(Retry::kNever);
  pool.end_worker(0);
  REQUIRE(FakePool::code(call) == ErrorCode::kWorkerLost);
  REQUIRE(call.error->phase() == Phase::kQueued);
  REQUIRE_THAT(call.error->what(), contains("retry = never"));
}

TEST_CASE("a complete answer that is available when its worker ends is delivered") {
  FakePool pool{{.workers = 1}};
  Call& call = pool.admit();
  pool.run(call);
  const std::uint32_t seen = call.waiter->seen();
  pool.end_worker(0);
  REQUIRE(call.waiter->seen() != seen);
  REQUIRE(pool.stats().in_flight == 1);
  REQUIRE_FALSE(pool.time_out(call));
  SECTION("before its successor is ready") {}
  SECTION("while its successor runs another request") {
    pool.start_worker(0);
    Call& other = pool.admit();
    REQUIRE(other.sequence == call.sequence);
    pool.begin(other);
  }
  pool.collect(call);
  REQUIRE(pool.stats().succeeded == 1);
  REQUIRE(pool.stats().retried == 0);
  REQUIRE(pool.stats().workers[0].in_flight == pool.stats().in_flight);
}

TEST_CASE("B1: k of N workers end at once: the requests that had not begun run on the others") {
  FakePool pool{{.workers = 4}};
  const Calls calls = pool.admit_many(8);
  for (std::size_t i = 0; i < 4; ++i) pool.begin(*calls[i]);
  for (const int index : {3, 0, 1}) pool.end_worker(index, {.code = 0});
  for (const std::size_t lost : {0U, 1U, 3U})
    REQUIRE(FakePool::code(*calls[lost]) == ErrorCode::kWorkerLost);
  pool.answer(*calls[2]);
  pool.collect(*calls[2]);
  for (const std::size_t next : {6U, 4U, 5U, 7U}) pool.serve(*calls[next]);  // 6 was worker 2's own
  REQUIRE(pool.dispatch.live() == 1);
  REQUIRE(pool.stats().succeeded == 5);
  REQUIRE(pool.stats().failed == 3);
}

TEST_CASE("the end of a worker that was never ready changes nothing") {
  FakePool pool{{.workers = 2}};
  pool.end_worker(1);
  Call& call = pool.admit();
  pool.end_worker(1);
  REQUIRE(FakePool::worker_of(call) == 0);
  REQUIRE(pool.dispatch.live() == 1);
  REQUIRE(pool.dispatch.state(1) == WorkerState::kDown);
}

TEST_CASE(
    "a worker that broke the protocol gets no other request, and its next one runs elsewhere") {
  FakePool pool{{.workers = 2}};
  const Calls calls = pool.admit_many(3);
  pool.run(*calls[0]);
  pool.worker(0).kill("protocol violation");  // as a caller that reads garbage does
  pool.collect(*calls[0], false);
  REQUIRE(pool.stats().failed == 1);
  Call& later = pool.admit();
  REQUIRE(FakePool::worker_of(later) != 0);
  pool.end_worker(0);
  for (Call* call : {calls[1], &later, calls[2]}) pool.serve(*call);
  REQUIRE(pool.stats().succeeded == 3);
}

// --- the breaker ---

TEST_CASE("with the breaker open and no worker alive, calls are refused and waiting ones fail") {
  FakePool pool{{.workers = 1}};
  pool.end_worker(0);
  Call& waiting = pool.admit();
  pool.dispatch.set_breaker(breaker(), pool.wakes);
  REQUIRE(FakePool::code(waiting) == ErrorCode::kUnavailable);
  REQUIRE(pool.refused().code() == ErrorCode::kUnavailable);
  REQUIRE(pool.stats().in_flight == 0);
  pool.start_worker(0);
  pool.serve(pool.admit());
  pool.end_worker(0);
  REQUIRE(FakePool::queued(pool.admit()));  // the breaker did not stay open
}

TEST_CASE("the breaker refuses nothing while a worker lives") {
  FakePool pool{{.workers = 2}};
  pool.end_worker(1);
  const Calls calls = pool.admit_many(3);
  pool.dispatch.set_breaker(breaker(), pool.wakes);
  Call& call = pool.admit();
  REQUIRE(FakePool::queued(call));
  pool.begin(*calls[0]);
  pool.end_worker(0);
  REQUIRE(FakePool::code(*calls[0]) == ErrorCode::kWorkerLost);
  REQUIRE(FakePool::code(*calls[1]) == ErrorCode::kUnavailable);
  REQUIRE(FakePool::code(call) == ErrorCode::kUnavailable);
}

TEST_CASE("a breaker that is closed again lets calls wait") {
  FakePool pool{{.workers = 1}};
  pool.end_worker(0);
  pool.dispatch.set_breaker(breaker(), pool.wakes);
  pool.dispatch.set_breaker(std::nullopt, pool.wakes);
  REQUIRE(FakePool::queued(pool.admit()));
}

// --- close ---

TEST_CASE("a closing pool refuses calls and finishes those that it has") {
  FakePool pool{{.workers = 1}};
  const Calls calls = pool.admit_many(3);
  pool.dispatch.close(pool.wakes);
  REQUIRE(pool.refused().code() == ErrorCode::kStopped);
  for (Call* call : calls) pool.serve(*call);
  REQUIRE(pool.dispatch.drained());
}

TEST_CASE("a pool that closes without a worker alive fails at once what waits") {
  FakePool pool{{.workers = 1}};
  pool.end_worker(0);
  Call& call = pool.admit();
  pool.dispatch.close(pool.wakes);
  REQUIRE(FakePool::code(call) == ErrorCode::kStopped);
  REQUIRE(pool.dispatch.drained());
}

TEST_CASE("a closing pool whose last worker ends fails what waits") {
  FakePool pool{{.workers = 2}};
  const Calls calls = pool.admit_many(5);
  pool.begin(*calls[0]);
  pool.dispatch.close(pool.wakes);
  pool.end_worker(1);
  REQUIRE(FakePool::queued(*calls[1]));
  pool.end_worker(0);
  REQUIRE(FakePool::code(*calls[0]) == ErrorCode::kWorkerLost);
  for (std::size_t i = 1; i < calls.size(); ++i)
    REQUIRE(FakePool::code(*calls[i]) == ErrorCode::kStopped);
  REQUIRE(pool.dispatch.drained());
}

TEST_CASE("abort fails every call but those whose answer is available") {
  FakePool pool{{.workers = 2}};
  const Calls calls = pool.admit_many(5);
  pool.begin(*calls[0]);
  pool.run(*calls[1]);
  pool.dispatch.close(pool.wakes);
  pool.dispatch.abort(pool.wakes);
  for (const std::size_t i : {0U, 2U, 3U, 4U})
    REQUIRE(FakePool::code(*calls[i]) == ErrorCode::kStopped);
  REQUIRE(pool.worker(0).slot(1).cancelled);
  pool.collect(*calls[1]);
  REQUIRE(pool.dispatch.drained());
  REQUIRE(pool.worker(0).begin() == 0);  // what had not begun never will
  REQUIRE(pool.worker(1).begin() == 0);
  pool.dispatch.abort(pool.wakes);
  pool.end_worker(0);
  pool.end_worker(1);
  REQUIRE(pool.stats().failed == 4);
}

}  // namespace
}  // namespace inferpool::pool::dispatch
