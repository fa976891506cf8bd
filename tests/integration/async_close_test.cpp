// SPDX-License-Identifier: Apache-2.0
// A pool that is closed while asynchronous calls are under way.
#include <future>

#include "catch.hpp"
#include "integration/actor_calls.hpp"
#include "integration/answers.hpp"

namespace inferpool::test {
namespace {

TEST_CASE(
    "a pool that is closed with 1,000 calls in flight calls each handler once, then returns") {
  Settings settings = actor_settings(2);
  settings.drain_timeout = 300ms;
  Answers<Response> answers;
  OwnGate gate;
  {
    Pool<Actor> pool(settings);
    for (int i = 0; i < 1000; ++i) pool.async_infer(gate.pass(), {}, answers.handler(i));
    REQUIRE(gate.reached_by(2));
    pool.close();
    CHECK(answers.size() == 1000);
    pool.async_infer(gate.pass(), {}, answers.handler(1000));
    CHECK(answers.size() == 1001);  // the handler was called before async_infer returned
    CHECK(pool.stats().requests == 1001);
    CHECK(pool.stats().failed == 1001);
  }
  CHECK(answers.wait_for(1001));
  CHECK(answers.count(ErrorCode::kStopped) == 1001);
}

TEST_CASE("a pool that is closed while a handler runs calls those behind it before it returns") {
  Settings settings = actor_settings(1);
  settings.drain_timeout = 100ms;
  Answers<Response> answers;
  Pool<Actor> pool(settings);
  std::promise<void> entered;
  std::promise<void> go_on;
  pool.async_infer(act("echo"), {}, [&](const Result<Response>&) {
    entered.set_value();
    go_on.get_future().wait();
  });
  entered.get_future().wait();
  for (int i = 0; i < 100; ++i) pool.async_infer(act("echo"), {}, answers.handler(i));
  auto closed = std::async(std::launch::async, [&] { pool.close(); });
  CHECK(eventually([&] { return pool.health().state == PoolState::kStopped; }));
  CHECK(answers.size() == 0);
  go_on.set_value();
  REQUIRE(ends(closed));
  CHECK(answers.size() == 100);
}

TEST_CASE("a handler may refuse further calls by closing the pool") {
  Answers<Response> answers;
  {
    Pool<Actor> pool(actor_settings(1));
    std::promise<void> closed;
    pool.async_infer(act("echo"), {}, [&](const Result<Response>&) {
      pool.close();
      closed.set_value();
    });
    auto done = closed.get_future();
    REQUIRE(ends(done));
    pool.async_infer(act("echo"), {}, answers.handler(0));
    REQUIRE(answers.wait_for(1));
    CHECK(answers.of(0).error().code() == ErrorCode::kStopped);
  }
  CHECK(answers.size() == 1);
}

}  // namespace
}  // namespace inferpool::test
