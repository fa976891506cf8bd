// SPDX-License-Identifier: Apache-2.0
// Who waits for whom, and what is refused.
#include "catch.hpp"
#include "integration/actor_calls.hpp"

namespace inferpool::test {
namespace {

TEST_CASE("B4: quick requests are not delayed by a slow one while another worker is free") {
  Pool<Actor> pool(actor_settings(2));
  OwnGate gate;
  auto slow = pool.submit(gate.pass({{"x", floats(1, 9)}}));
  REQUIRE(gate.reached_by(1));
  // They come from several threads, so some find both workers busy and are posted ahead.
  std::vector<std::future<bool>> callers;
  for (int caller = 0; caller < 4; ++caller) {
    callers.push_back(std::async(std::launch::async, [&pool, caller] {
      bool right = true;
      for (int i = 0; i < 100; ++i) {
        const Tensor sent = floats(3, static_cast<float>(caller * 100 + i));
        right = right && pool.infer(Request{{"x", sent}}, {.timeout = 20s})["x"] == sent;
      }
      return right;
    }));
  }
  for (auto& caller : callers) CHECK(caller.get());
  CHECK_FALSE(ready(slow));
  gate.open();
  CHECK(slow.get()["x"] == floats(1, 9));
}

TEST_CASE("B6: past the queue bound a request is refused at once, with its own error") {
  const int workers = GENERATE(0, 1);
  constexpr int kBound = 3;
  Settings settings = actor_settings(workers);
  settings.max_queue_size = kBound;
  Pool<Actor> pool(settings);
  OwnGate gate;
  std::vector<std::future<Response>> admitted;
  admitted.push_back(infer_aside(pool, gate.pass()));
  REQUIRE(gate.reached_by(1));
  for (int i = 1; i <= kBound; ++i) {
    admitted.push_back(infer_aside(pool, gate.pass()));
    REQUIRE(eventually([&] { return pool.stats().queued == i; }));
  }
  const Error error = error_of([&] { return pool.infer(act("echo")); });
  CHECK(error.code() == ErrorCode::kQueueFull);
  CHECK_THAT(error.what(), contains("max_queue_size is 3"));
  CHECK(error_of([&] { return pool.submit(act("echo")).get(); }).code() == ErrorCode::kQueueFull);
  CHECK(pool.try_infer(act("echo")).error().code() == ErrorCode::kQueueFull);
  CHECK(pool.stats().in_flight == kBound + 1);
  CHECK(pool.stats().queued == kBound);
  CHECK(pool.stats().failed == 3);
  CHECK(gate.arrived() == 1);  // one at a time

  gate.admit(1);  // one call ends, so there is room for one more
  REQUIRE(eventually([&] { return pool.stats().queued == kBound - 1; }));
  admitted.push_back(infer_aside(pool, gate.pass()));
  REQUIRE(eventually([&] { return pool.stats().queued == kBound; }));
  CHECK(error_of([&] { return pool.infer(act("echo")); }).code() == ErrorCode::kQueueFull);
  gate.open();
  for (auto& call : admitted) CHECK_NOTHROW(call.get());
  CHECK(pool.stats().requests == 9);
  CHECK(pool.stats().succeeded == 5);
  CHECK(pool.stats().failed == 4);
}

TEST_CASE("B6: with a queue of 0 a request is admitted only if a worker is free") {
  const int workers = GENERATE(0, 1);
  Settings settings = actor_settings(workers);
  settings.max_queue_size = 0;
  Pool<Actor> pool(settings);
  CHECK_NOTHROW(pool.infer(act("echo")));
  OwnGate gate;
  auto running = infer_aside(pool, gate.pass());
  REQUIRE(gate.reached_by(1));
  CHECK(error_of([&] { return pool.infer(act("echo")); }).code() == ErrorCode::kQueueFull);
  gate.open();
  running.get();
  CHECK_NOTHROW(pool.infer(act("echo")));
}

TEST_CASE(
    "B11: a request over max_payload is refused at once, one of max_payload is served, and the "
    "pool goes on") {
  const int workers = GENERATE(0, 1);
  constexpr std::int64_t kMost = 20'000;
  Settings settings = actor_settings(workers);
  settings.max_payload = kMost * sizeof(float);
  Pool<Actor> pool(settings);
  const Error error = error_of([&] { return pool.infer(Request{{"x", floats(kMost + 1, 1)}}); });
  CHECK(error.code() == ErrorCode::kPayloadTooLarge);
  CHECK_THAT(error.what(), contains("80004"));
  CHECK_THAT(error.what(), contains("80000"));
  CHECK_THAT(error.what(), contains("max_payload"));
  const Request two{{"x", floats(kMost / 2, 1)}, {"y", floats(kMost / 2 + 1, 1)}};
  CHECK(error_of([&] { return pool.infer(two); }).code() == ErrorCode::kPayloadTooLarge);
  CHECK(error_of([&] { return pool.submit(two).get(); }).code() == ErrorCode::kPayloadTooLarge);
  CHECK(error_of([&] { return pool.loan<float>({kMost + 1}); }).code() ==
        ErrorCode::kPayloadTooLarge);
  CHECK(pool.infer(Request{{"x", floats(kMost, 1)}})["x"] == floats(kMost, 1));
  CHECK(pool.stats().failed == 3);
  CHECK(pool.stats().payload_in_flight == 0);
}

TEST_CASE(
    "B11: a reply over max_payload is an error for its caller alone, and the worker goes on") {
  const int workers = GENERATE(0, 1);
  const std::string way = GENERATE("large", "output");
  constexpr std::int64_t kMost = 20'000;
  Settings settings = actor_settings(workers);
  settings.max_payload = kMost * sizeof(float);
  Pool<Actor> pool(settings);
  const auto ask = [&](std::int64_t count) {
    return pool.infer(act(way, {{"count", count}, {"value", 1.0}}));
  };
  const Error error = error_of([&] { return ask(kMost + 1); });
  CHECK(error.code() == ErrorCode::kPayloadTooLarge);
  CHECK_THAT(error.what(), contains("80004"));
  CHECK_THAT(error.what(), contains("max_payload"));
  CHECK(ask(kMost)["output"] == floats(kMost, 1));
  CHECK(pool.health().restarts == 0);
}

TEST_CASE("a deadline that passes in the queue ends the call there, and its request is never run") {
  const int workers = GENERATE(0, 1);
  Pool<Actor> pool(actor_settings(workers));
  OwnGate gate;
  auto running = infer_aside(pool, gate.pass());
  REQUIRE(gate.reached_by(1));
  const Error error = error_of([&] { return pool.infer(gate.pass(), {.timeout = 20ms}); });
  CHECK(error.code() == ErrorCode::kDeadlineExceeded);
  CHECK(error.phase() == Phase::kQueued);
  gate.open();
  running.get();
  pool.infer(act("echo"));
  CHECK(gate.arrived() == 1);
}

TEST_CASE("a caller may give up in the queue") {
  const int workers = GENERATE(0, 1);
  Pool<Actor> pool(actor_settings(workers));
  OwnGate gate;
  auto running = infer_aside(pool, gate.pass());
  REQUIRE(gate.reached_by(1));
  std::stop_source stop;
  auto waiting = infer_aside(pool, gate.pass(), {.stop = stop.get_token()});
  REQUIRE(eventually([&] { return pool.stats().queued == 1; }));
  stop.request_stop();
  const Error error = error_of([&] { return waiting.get(); });
  CHECK(error.code() == ErrorCode::kCancelled);
  CHECK(error.phase() == Phase::kQueued);
  CHECK(error_of([&] { return pool.infer(act("echo"), {.stop = stop.get_token()}); }).code() ==
        ErrorCode::kCancelled);
  gate.open();
  running.get();
  CHECK(pool.stats().in_flight == 0);
}

TEST_CASE(
    "B7: when a pool closes, the request that runs and those that wait are answered, and new ones "
    "refused") {
  const int workers = GENERATE(0, 1);
  Settings settings = actor_settings(workers);
  settings.drain_timeout = 60s;
  Pool<Actor> pool(settings);
  OwnGate gate;
  auto running = infer_aside(pool, gate.pass());
  REQUIRE(gate.reached_by(1));
  auto waiting = infer_aside(pool, gate.pass());
  REQUIRE(eventually([&] { return pool.stats().queued == 1; }));
  auto closing = std::async(std::launch::async, [&] { pool.close(); });
  REQUIRE(eventually([&] {
    return pool.try_infer(act("echo"), {.timeout = 20ms}).error().code() == ErrorCode::kStopped;
  }));
  CHECK_FALSE(ready(closing));
  gate.open();
  CHECK_NOTHROW(running.get());
  CHECK_NOTHROW(waiting.get());
  closing.get();
  CHECK(pool.health().state == PoolState::kStopped);
}

TEST_CASE(
    "B7: past the drain timeout close returns, and whoever waits in the queue gets `stopped`") {
  const int workers = GENERATE(0, 1);
  Settings settings = actor_settings(workers);
  settings.drain_timeout = 50ms;
  Pool<Actor> pool(settings);
  OwnGate gate;
  auto running = infer_aside(pool, gate.pass());
  REQUIRE(gate.reached_by(1));
  auto waiting = infer_aside(pool, gate.pass());
  REQUIRE(eventually([&] { return pool.stats().queued == 1; }));
  pool.close();
  REQUIRE(ends(waiting));
  CHECK(error_of([&] { return waiting.get(); }).code() == ErrorCode::kStopped);
  CHECK(gate.arrived() == 1);
  gate.open();
  if (workers > 0) CHECK(error_of([&] { return running.get(); }).code() == ErrorCode::kStopped);
  if (workers == 0) CHECK_NOTHROW(running.get());  // it cannot be stopped, so it has its answer
}

}  // namespace
}  // namespace inferpool::test
