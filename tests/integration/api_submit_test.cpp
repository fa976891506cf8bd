// SPDX-License-Identifier: Apache-2.0
// Submitted calls: nobody waits for them at first.
#include <optional>

#include "catch.hpp"
#include "integration/actor_calls.hpp"
#include "workers/echo.hpp"
#include "workers/talkative.hpp"

namespace inferpool::test {
namespace {

TEST_CASE("many calls are submitted at once, and each future gets its own answer") {
  const int workers = GENERATE(0, 2);
  Pool<Actor> pool(actor_settings(workers));
  std::vector<std::future<Response>> futures;
  for (int i = 0; i < 1000; ++i) {
    Request request{{"x", floats(1 + i % 40, static_cast<float>(i))}};
    request.id = std::to_string(i);
    futures.push_back(pool.submit(std::move(request)));
  }
  for (int i = 0; i < 1000; ++i) {
    const Response response = futures[static_cast<std::size_t>(i)].get();
    REQUIRE(response.id == std::to_string(i));
    REQUIRE(response["x"] == floats(1 + i % 40, static_cast<float>(i)));
  }
  CHECK(pool.stats().succeeded == 1000);
  CHECK(eventually([&] { return pool.stats().payload_in_flight == 0; }));
}

TEST_CASE("with workers = 0 a submitted call is complete on return") {
  Pool<Actor> pool(actor_settings(0));
  CHECK(ready(pool.submit(act("echo"))));
  CHECK(ready(pool.submit(act("throw", {{"text", "no"}}))));
}

TEST_CASE("a submitted call does not wait for its answer") {
  Pool<Actor> pool(actor_settings(1));
  OwnGate gate;
  auto future = pool.submit(gate.pass());
  REQUIRE(gate.reached_by(1));
  CHECK_FALSE(ready(future));
  gate.open();
  CHECK(ends(future));
}

TEST_CASE("a model's error and a passed deadline arrive by the future") {
  const int workers = GENERATE(0, 1);
  Pool<Actor> pool(actor_settings(workers));
  CHECK(error_of([&] {
          return pool.submit(act("throw", {{"text", "no"}})).get();
        }).code() == ErrorCode::kModelFailed);
  const auto past = std::chrono::steady_clock::now() - 1s;
  const Error error = error_of([&] { return pool.submit(act("echo"), {.deadline = past}).get(); });
  CHECK(error.code() == ErrorCode::kDeadlineExceeded);
  CHECK_NOTHROW(pool.submit(act("echo")).get());
}

TEST_CASE("a submitted call that runs is ended by its deadline, and by its caller") {
  Pool<Actor> pool(actor_settings(2));
  OwnGate gate;
  std::stop_source stop;
  auto timed = pool.submit(gate.pass(), {.timeout = 50ms});
  auto stoppable = pool.submit(gate.pass(), {.stop = stop.get_token()});
  REQUIRE(ends(timed));
  CHECK(error_of([&] { return timed.get(); }).code() == ErrorCode::kDeadlineExceeded);
  CHECK_FALSE(ready(stoppable));
  stop.request_stop();
  REQUIRE(ends(stoppable));
  CHECK(error_of([&] { return stoppable.get(); }).code() == ErrorCode::kCancelled);
  gate.open();
  CHECK_NOTHROW(pool.infer(act("echo")));
}

TEST_CASE("futures outlive the pool: each has its answer or one error") {
  std::vector<std::future<Tensor>> futures;
  {
    Pool<Echo> pool(settings_for("echo_worker", 2));
    for (int i = 0; i < 200; ++i)
      futures.push_back(pool.submit(floats(10'000, static_cast<float>(i))));
  }
  for (int i = 0; i < 200; ++i) {
    REQUIRE(ready(futures[static_cast<std::size_t>(i)]));
    REQUIRE(all_equal(futures[static_cast<std::size_t>(i)].get().values<float>(),
                      static_cast<float>(i)));
  }
}

TEST_CASE("a future that nobody keeps harms nothing") {
  Pool<Echo> pool(settings_for("echo_worker", 1));
  for (int i = 0; i < 100; ++i) static_cast<void>(pool.submit(floats(5'000, 1)));
  CHECK(pool.infer(floats(1, 2)) == floats(1, 2));
  CHECK(eventually([&] { return pool.stats().succeeded == 101; }));
}

TEST_CASE("the caller may change its input after submit has returned") {
  Pool<Actor> pool(actor_settings(1));
  OwnGate gate;
  auto running = pool.submit(gate.pass());  // so that the worker reads the next request only later
  REQUIRE(gate.reached_by(1));
  std::vector<float> pixels(10'000, 1.0F);
  Tensor loan = pool.loan<float>({10'000});
  std::ranges::fill(loan.mutable_values<float>(), 1.0F);
  auto borrowed = pool.submit(Request{{"x", Tensor::borrow(pixels, {10'000})}});
  auto loaned = pool.submit(Request{{"x", loan}});
  std::ranges::fill(pixels, 2.0F);
  std::ranges::fill(loan.mutable_values<float>(), 2.0F);
  gate.open();
  CHECK(all_equal(borrowed.get()["x"].values<float>(), 1.0F));
  CHECK(all_equal(loaned.get()["x"].values<float>(), 1.0F));
  CHECK(all_equal(loan.values<float>(), 2.0F));
}

TEST_CASE(
    "a reply that is longer than its type is an error, by the future as by infer, and the host "
    "goes on") {
  Pool<Predecessor> pool(settings_for("talkative_worker", 1));
  CHECK(pool.submit(Number(5)).get().value == 4);
  const Error by_future = error_of([&] { return pool.submit(Number(0)).get(); });
  CHECK(by_future.code() == ErrorCode::kWorkerLost);
  CHECK_THAT(by_future.what(), contains("protocol violation"));
  CHECK(error_of([&] { return pool.infer(Number(0)); }).code() == ErrorCode::kWorkerLost);
  CHECK(pool.infer(Number(5)).value == 4);
  CHECK(pool.stats().in_flight == 0);
}

}  // namespace
}  // namespace inferpool::test
