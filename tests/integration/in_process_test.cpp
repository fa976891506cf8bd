// SPDX-License-Identifier: Apache-2.0
// What differs with workers = 0. Other tests cover what is the same: they also run with 0 workers.
#include <optional>

#include "catch.hpp"
#include "integration/actor_calls.hpp"
#include "workers/echo.hpp"

namespace inferpool::test {
namespace {

using Clock = std::chrono::steady_clock;

TEST_CASE("in the host a deadline that passes while the model runs is reported when it returns") {
  Pool<Actor> pool(actor_settings(0));
  OwnGate gate;
  const auto deadline = Clock::now() + 2s;
  auto call = infer_aside(pool, gate.pass(), {.deadline = deadline});
  REQUIRE(gate.reached_by(1));
  REQUIRE(eventually([&] { return Clock::now() > deadline + 20ms; }));
  CHECK_FALSE(ready(call));
  gate.open();
  const Error error = error_of([&] { return call.get(); });
  CHECK(error.code() == ErrorCode::kDeadlineExceeded);
  CHECK(error.phase() == Phase::kRunning);
  CHECK(pool.stats().failed == 1);
  CHECK(pool.stats().in_flight == 0);
  CHECK_NOTHROW(pool.infer(act("echo"), {.timeout = 60s}));
}

TEST_CASE(
    "in the host one thread at a time enters a model that is not thread-safe, first come first "
    "served") {
  Pool<Actor> pool(actor_settings(0));
  OwnGate gate;
  std::vector<std::future<Response>> calls;
  calls.push_back(infer_aside(pool, gate.pass()));
  REQUIRE(gate.reached_by(1));
  for (int waiting = 1; waiting <= 4; ++waiting) {
    calls.push_back(infer_aside(pool, gate.pass()));
    REQUIRE(eventually([&] { return pool.stats().queued == waiting; }));
  }
  for (std::uint32_t i = 0; i < calls.size(); ++i) {
    REQUIRE(gate.reached_by(i + 1));
    CHECK(gate.arrived() == i + 1);
    CHECK(pool.stats().in_flight == static_cast<int>(calls.size() - i));
    gate.admit(1);
    REQUIRE(ends(calls[i]));
  }
}

TEST_CASE("in the host an output does not keep views of the caller's own memory") {
  Pool<Actor> pool(actor_settings(0));
  std::optional<Tensor> output;
  {
    const std::vector<float> values(20'000, 3.0F);
    output = pool.infer(Request{{"x", Tensor::borrow(values, {20'000})}})["x"];
  }
  CHECK(all_equal(output->values<float>(), 3));
}

TEST_CASE("in the host statistics count as with workers") {
  Pool<Actor> pool(actor_settings(0));
  pool.infer(act("echo"));
  pool.infer(act("echo"));
  static_cast<void>(pool.try_infer(act("throw", {{"text", "no"}})));
  static_cast<void>(pool.try_infer(act("echo"), {.deadline = Clock::now() - 1s}));
  const Stats stats = pool.stats();
  CHECK(stats.requests == 4);
  CHECK(stats.succeeded == 2);
  CHECK(stats.failed == 2);
  CHECK(stats.in_flight == 0);
  CHECK(stats.latency_mean > 0ns);
  CHECK(stats.latency_max >= stats.latency_mean);
  CHECK(stats.restarts == 0);
}

TEST_CASE("in the host a closed pool refuses, by the future too") {
  Pool<Actor> pool(actor_settings(0));
  pool.close();
  CHECK(error_of([&] { return pool.infer(act("echo")); }).code() == ErrorCode::kStopped);
  CHECK(error_of([&] { return pool.submit(act("echo")).get(); }).code() == ErrorCode::kStopped);
  CHECK(pool.health().state == PoolState::kStopped);
}

}  // namespace
}  // namespace inferpool::test
