// SPDX-License-Identifier: Apache-2.0
// How a pool starts, and several threads in one worker.
#include "catch.hpp"
#include "integration/actor_calls.hpp"
#include "integration/processes.hpp"

namespace inferpool::test {
namespace {

using Clock = std::chrono::steady_clock;

TEST_CASE(
    "a pool that starts in the background is there at once, and ready when its workers have "
    "loaded") {
  OwnGate load;
  Settings settings = actor_settings(2);
  settings.uri = load.path();
  settings.start_in_background = true;
  Pool<Actor> pool(settings);
  REQUIRE(load.reached_by(2));
  CHECK(pool.health().state == PoolState::kStarting);
  CHECK(pool.health().live == 0);
  CHECK_FALSE(pool.wait_ready(Clock::now()));
  CHECK_FALSE(pool.wait_ready(Clock::now() + 20ms));

  auto early = infer_aside(pool, act("who"));  // waits
  REQUIRE(eventually([&] { return pool.stats().queued == 1; }));
  load.admit(1);
  CHECK_NOTHROW(early.get());  // one live worker is enough
  CHECK(pool.health().live == 1);
  CHECK(pool.health().state == PoolState::kStarting);
  CHECK_FALSE(pool.wait_ready(Clock::now()));
  load.open();
  CHECK(pool.wait_ready(Clock::now() + 30s));
  CHECK(pool.health().state == PoolState::kReady);
  CHECK(pool.health().restarts == 0);
}

TEST_CASE("a pool that is closed while its workers load leaves no process") {
  const Footprint before;
  OwnGate load;
  Settings settings = actor_settings(2);
  settings.uri = load.path();
  settings.start_in_background = true;
  {
    Pool<Actor> pool(settings);
    REQUIRE(load.reached_by(2));
    auto waiting = infer_aside(pool, act("who"));
    REQUIRE(eventually([&] { return pool.stats().queued == 1; }));
    pool.close();
    CHECK(error_of([&] { return waiting.get(); }).code() == ErrorCode::kStopped);
    CHECK_FALSE(pool.wait_ready(Clock::now() + 60s));
  }
  CHECK(eventually([&] { return Footprint() == before; }));
}

TEST_CASE("with workers = 0 wait_ready says whether the pool is open") {
  Pool<Actor> pool(actor_settings(0));
  CHECK(pool.wait_ready(Clock::now()));
  pool.close();
  CHECK_FALSE(pool.wait_ready(Clock::now()));
}

TEST_CASE("A5: a load that fails is reported with its text, and leaves nothing") {
  const int workers = GENERATE(0, 2);
  const Footprint before;
  Settings settings = actor_settings(workers);
  settings.extra = R"({"fail": true})";
  const Error error = error_of([&] { return Pool<Actor>(settings).stats(); });
  CHECK(error.code() == ErrorCode::kStartupFailed);
  CHECK(error.phase() == Phase::kStarting);
  CHECK_THAT(error.what(), contains("std::runtime_error"));
  CHECK_THAT(error.what(), contains("the weights are missing"));
  CHECK(Footprint() == before);
}

TEST_CASE("with concurrency 2 a worker runs two requests of a thread-safe model at once") {
  Settings settings = settings_for("thread_safe_worker", 1);
  settings.concurrency = 2;
  Pool<ThreadSafeActor> pool(settings);
  for (int round = 0; round < 20; ++round) {
    OwnGate gate;
    auto one = pool.submit(gate.meet(2));
    auto two = pool.submit(gate.meet(2));
    REQUIRE(ends(one));
    REQUIRE(ends(two));
    CHECK_NOTHROW(one.get());
    CHECK_NOTHROW(two.get());
  }
  CHECK(pool.stats().workers.at(0).served == 40);
}

TEST_CASE("with concurrency 2 a third request waits") {
  Settings settings = settings_for("thread_safe_worker", 1);
  settings.concurrency = 2;
  Pool<ThreadSafeActor> pool(settings);
  OwnGate gate;
  std::vector<std::future<Response>> calls;
  for (int i = 0; i < 3; ++i) calls.push_back(pool.submit(gate.pass()));
  REQUIRE(gate.reached_by(2));
  CHECK(pool.stats().queued == 1);
  gate.admit(1);
  CHECK(gate.reached_by(3));
  gate.open();
  for (auto& call : calls) CHECK_NOTHROW(call.get());
}

TEST_CASE("in the host two threads enter a thread-safe model at once") {
  Pool<ThreadSafeActor> pool(actor_settings(0));
  OwnGate gate;
  auto one = infer_aside(pool, gate.meet(2));
  auto two = infer_aside(pool, gate.meet(2));
  REQUIRE(ends(one));
  REQUIRE(ends(two));
}

TEST_CASE("concurrency over 1 is refused for a model that does not say that it is thread-safe") {
  Settings settings = actor_settings(GENERATE(0, 1));
  settings.concurrency = 2;
  const Error error = error_of([&] { return Pool<Actor>(settings).stats(); });
  CHECK(error.code() == ErrorCode::kInvalidSettings);
  CHECK_THAT(error.what(), contains("concurrency is 2"));
  CHECK_THAT(error.what(), contains("thread_safe"));
}

}  // namespace
}  // namespace inferpool::test
