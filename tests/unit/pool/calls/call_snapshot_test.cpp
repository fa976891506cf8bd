// SPDX-License-Identifier: Apache-2.0
// Answers and parts that were seen as available, and that are gone whenever their caller looks.
#include "pool/calls/call_snapshot.hpp"

#include "catch.hpp"
#include "unit/pool/dispatch/fake_pool.hpp"

namespace inferpool::pool::calls {
namespace {

using namespace std::chrono_literals;

// A caller that looks, and finds nothing.
class VainCaller {
 public:
  explicit VainCaller(dispatch::Call& call) : call_(call) {}
  // Whether the caller knows by now that something was available and is gone.
  bool looks() { return snapshot_.missed(call_) && call_.next_seen(); }

 private:
  dispatch::Call& call_;
  CallSnapshot snapshot_{.state = dispatch::CallState::kPosted};
};

TEST_CASE("an answer that is available at each sweep and at no look of its caller is missed",
          "[H9]") {
  dispatch::FakePool pool({.workers = 1});
  dispatch::Call& call = pool.admit();
  VainCaller caller(call);
  pool.run(call);
  CHECK_FALSE(caller.looks());
  CHECK_FALSE(caller.looks());  // nobody else has seen it either
  pool.sweep();
  CHECK_FALSE(caller.looks());  // it may have looked before the sweep
  CHECK(caller.looks());
  pool.sweep();
  CHECK(caller.looks());
}

TEST_CASE(
    "an answer that was available when its caller gave up is missed if the caller does not find it",
    "[H9]") {
  dispatch::FakePool pool({.workers = 1});
  dispatch::Call& call = pool.admit();
  VainCaller caller(call);
  pool.run(call);
  REQUIRE_FALSE(pool.time_out(call));
  CHECK_FALSE(caller.looks());
  CHECK(caller.looks());
}

TEST_CASE("a part that is available at each sweep and at no look of its caller is missed", "[H9]") {
  dispatch::FakePool pool({.workers = 1, .hang_timeout = 10s});
  dispatch::Call& call = pool.admit();
  call.streams = true;
  VainCaller caller(call);
  pool.begin(call);
  dispatch::FakeChannel& worker = dispatch::FakePool::channel_of(call);
  for (int taken : {0, 1}) {
    CAPTURE(taken);
    worker.send_part(call.sequence);
    pool.now += 1h;  // it waits for its caller, however long
    pool.sweep();
    CHECK_FALSE(caller.looks());
    CHECK(caller.looks());
    pool.dispatch.part_taken(call, pool.wakes);
    CHECK_FALSE(caller.looks());  // the next one was not available yet
    pool.sweep();
    CHECK_FALSE(caller.looks());
  }
  REQUIRE(worker.killed().empty());
}

TEST_CASE("what was available at one worker is not missed at the next", "[H9]") {
  dispatch::FakePool pool({.workers = 2});
  dispatch::Call& call = pool.admit(Retry::kAlways);
  VainCaller caller(call);
  pool.run(call);
  pool.sweep();
  CHECK_FALSE(caller.looks());
  dispatch::FakePool::channel_of(call).take_back(call.sequence);
  pool.end_worker(0);
  REQUIRE(dispatch::FakePool::worker_of(call) == 1);
  CHECK_FALSE(caller.looks());
  CHECK_FALSE(caller.looks());
}

}  // namespace
}  // namespace inferpool::pool::calls
