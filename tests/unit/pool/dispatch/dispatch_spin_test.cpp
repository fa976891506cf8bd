// SPDX-License-Identifier: Apache-2.0
// What the dispatch tells waiting threads: whether models run on all processors, and what comes
// soon.
#include "catch.hpp"
#include "pool/dispatch/dispatch.hpp"
#include "unit/pool/dispatch/fake_pool.hpp"

namespace inferpool::pool::dispatch {
namespace {

TEST_CASE("a call waits beside long runs if with it models run on all processors") {
  constexpr auto kLong = ipc::Rivals::kLong;
  constexpr auto kNone = ipc::Rivals::kNone;
  FakePool pool{{.workers = 3, .processors = 2}};
  const Calls calls = pool.admit_many(8);
  REQUIRE(calls[0]->rivals == kNone);
  for (std::size_t i = 1; i < 6; ++i) REQUIRE(calls[i]->rivals == kLong);  // three posted ahead
  REQUIRE(pool.dispatch.rivals() == kLong);  // what a caller in the queue is told
  FakePool small{{.workers = 1, .processors = 2}};
  for (const Call* call : small.admit_many(5)) REQUIRE(call->rivals == kNone);
  FakePool threads{{.workers = 1, .concurrency = 2, .processors = 2}};
  const Calls both = threads.admit_many(2);
  REQUIRE(both[0]->rivals == kNone);
  REQUIRE(both[1]->rivals == kLong);
}

TEST_CASE("a call that comes soon is announced to the worker that would get it now") {
  FakePool pool{{.workers = 2}};
  pool.dispatch.announce(pool.wakes);
  REQUIRE(pool.worker(0).announced() == 1);
  REQUIRE(pool.worker(1).announced() == 0);
  pool.admit();
  pool.dispatch.announce(pool.wakes);
  REQUIRE(pool.worker(0).announced() == 1);
  REQUIRE(pool.worker(1).announced() == 1);
}

TEST_CASE("a call that comes soon is announced to nobody if with it models run on all processors") {
  FakePool pool{{.workers = 2, .processors = 2}};
  pool.dispatch.announce(pool.wakes);
  pool.admit();
  pool.dispatch.announce(pool.wakes);
  REQUIRE(pool.worker(0).announced() == 1);
  REQUIRE(pool.worker(1).announced() == 0);
}

TEST_CASE(
    "a call that comes soon is announced to nobody while all workers are busy or none lives") {
  FakePool pool{{.workers = 1}};
  const Calls calls = pool.admit_many(3);
  pool.dispatch.announce(pool.wakes);
  REQUIRE(pool.worker(0).announced() == 0);
  FakePool dead{{.workers = 1}};
  dead.end_worker(0);
  dead.dispatch.announce(dead.wakes);
}

}  // namespace
}  // namespace inferpool::pool::dispatch
