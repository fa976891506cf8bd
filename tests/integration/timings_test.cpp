// SPDX-License-Identifier: Apache-2.0
// How stats() divides the time of a call into stages.
#include "catch.hpp"
#include "integration/actor_calls.hpp"

namespace inferpool::test {
namespace {

using Clock = std::chrono::steady_clock;

Duration sum(const StageTimes& stages) {
  return stages.copy_in + stages.queue + stages.wake + stages.run + stages.copy_out;
}

// Each mean is rounded down by itself.
void check_sums(const Stats& stats) {
  CHECK(sum(stats.stages) <= stats.latency_mean);
  CHECK(stats.latency_mean - sum(stats.stages) <= 5ns);
  CHECK(stats.latency_mean <= stats.latency_max);
  CHECK(stats.latency_max <= stats.latency.quantile(1));
}

bool pass(Duration time) {
  const auto start = Clock::now();
  return eventually([&] { return Clock::now() - start >= time; });
}

TEST_CASE("a run of 20 ms is seen as the run of the call, and its stages add up to its latency") {
  const int workers = GENERATE(0, 1);
  Pool<Actor> pool(actor_settings(workers));
  OwnGate gate;
  auto call = infer_aside(pool, gate.pass());
  REQUIRE(gate.reached_by(1));
  REQUIRE(pass(20ms));
  gate.open();
  call.get();
  const Stats stats = pool.stats();
  CHECK(stats.stages.run >= 20ms);
  CHECK(stats.latency_max >= 20ms);
  CHECK(stats.latency.count() == 1);
  CHECK(stats.latency.quantile(0) >= 20ms);
  check_sums(stats);
}

TEST_CASE("the time that a call waits for the only worker is its queue, not its run or wake-up") {
  const int workers = GENERATE(0, 1);
  Pool<Actor> pool(actor_settings(workers));
  OwnGate gate;
  auto first = infer_aside(pool, gate.pass());
  REQUIRE(gate.reached_by(1));
  auto second = infer_aside(pool, act("echo"));
  REQUIRE(eventually([&] { return pool.stats().queued == 1; }));
  REQUIRE(pass(200ms));
  gate.open();
  first.get();
  second.get();
  const Stats stats = pool.stats();
  REQUIRE(stats.latency.count() == 2);
  CHECK(2 * stats.stages.queue >= 200ms - 2ns);
  check_sums(stats);  // so none of these 200 ms is in another stage, too
}

TEST_CASE("a call that waits behind others, to be posted once a worker is free, is queued") {
  Pool<Actor> pool(actor_settings(1));
  OwnGate gate;
  std::vector<std::future<Response>> calls;
  calls.push_back(pool.submit(gate.pass()));
  REQUIRE(gate.reached_by(1));
  for (int i = 0; i < 3; ++i) calls.push_back(pool.submit(act("echo")));
  REQUIRE(pass(100ms));
  gate.open();
  for (auto& call : calls) call.get();
  REQUIRE(eventually([&] { return pool.stats().latency.count() == 4; }));
  CHECK(4 * pool.stats().stages.queue >= 3 * 100ms - 4ns);
}

TEST_CASE("submitted calls count like those that are waited for") {
  const int workers = GENERATE(0, 2);
  Pool<Actor> pool(actor_settings(workers));
  std::vector<std::future<Response>> calls;
  for (int i = 0; i < 5; ++i) calls.push_back(pool.submit(act("echo")));
  for (auto& call : calls) call.get();
  CHECK(eventually([&] { return pool.stats().latency.count() == 5; }));
  pool.infer(act("echo"));
  CHECK(pool.try_infer(act("echo")).has_value());
  const Stats stats = pool.stats();
  CHECK(stats.latency.count() == 7);
  CHECK(stats.latency_mean > 0ns);
  check_sums(stats);
}

TEST_CASE("calls that fail have no latency") {
  const int workers = GENERATE(0, 1);
  Pool<Actor> pool(actor_settings(workers));
  static_cast<void>(pool.try_infer(act("throw", {{"text", "no"}})));
  static_cast<void>(pool.try_infer(act("echo"), {.deadline = Clock::now() - 1s}));
  const Stats stats = pool.stats();
  CHECK(stats.failed == 2);
  CHECK(stats.latency.count() == 0);
  CHECK(stats.latency_max == 0ns);
}

TEST_CASE("a payload that is copied in and out takes time there") {
  Pool<Actor> pool(actor_settings(1));
  for (int i = 0; i < 10; ++i) pool.infer(Request{{"x", floats(1'000, 1.0F)}});
  const Stats stats = pool.stats();
  CHECK(stats.stages.copy_in > 0ns);
  CHECK(stats.stages.wake > 0ns);
  CHECK(stats.stages.run > 0ns);
  CHECK(stats.stages.copy_out > 0ns);
  check_sums(stats);
}

TEST_CASE("a payload that was loaned is not copied in") {
  Pool<Actor> pool(actor_settings(1));
  for (int i = 0; i < 10; ++i) pool.infer(Request{{"x", pool.loan<float>({100'000})}});
  const Stats stats = pool.stats();
  CHECK(stats.stages.copy_in == 0ns);
  CHECK(stats.stages.wake > 0ns);
  CHECK(stats.stages.run > 0ns);
  check_sums(stats);
}

TEST_CASE("a payload that travels in the message itself is not copied in or out") {
  Pool<Actor> pool(actor_settings(1));
  for (int i = 0; i < 10; ++i) pool.infer(Request{{"x", floats(1, 1.0F)}});
  const Stats stats = pool.stats();
  CHECK(stats.stages.copy_in == 0ns);
  CHECK(stats.stages.copy_out == 0ns);
  CHECK(stats.stages.wake > 0ns);
  CHECK(stats.stages.run > 0ns);
  check_sums(stats);
}

TEST_CASE("in the host nothing is copied and nobody woken") {
  Pool<Actor> pool(actor_settings(0));
  pool.infer(Request{{"x", floats(1'000, 1.0F)}});
  const Stats stats = pool.stats();
  CHECK(stats.stages.run > 0ns);
  CHECK(stats.stages.run == stats.latency_mean);
}

}  // namespace
}  // namespace inferpool::test
