// SPDX-License-Identifier: Apache-2.0
// async_infer: what a handler may rely on, and what it may do.
#include <atomic>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <thread>

#include "catch.hpp"
#include "integration/actor_calls.hpp"
#include "integration/answers.hpp"
#include "workers/echo.hpp"

namespace inferpool::test {
namespace {

std::size_t threads_named(const std::string& name) {
  std::size_t count = 0;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task"))
    count += read_file(task.path() / "comm") == name + "\n";
  return count;
}

TEST_CASE("a request that could not be encoded holds no memory when its handler is called") {
  Settings settings = actor_settings(1);
  settings.shared_memory_limit = 4 << 20;  // max_payload: 512 KiB
  Pool<Actor> pool(settings);
  const Tensor half(Datatype::kUint8, {300 * 1024});  // the first is copied, the second refused
  std::promise<std::uint64_t> held;
  pool.async_infer(act("echo", {}, {{"x", half}, {"y", half}}), {},
                   [&](const Result<Response>& result) {
                     CHECK(result.error().code() == ErrorCode::kPayloadTooLarge);
                     held.set_value(pool.stats().payload_in_flight);
                   });
  CHECK(held.get_future().get() == 0);
}

TEST_CASE("each of many handlers is called once, with the answer to its own call") {
  const int workers = GENERATE(0, 2);
  Answers<Response> answers;
  Pool<Actor> pool(actor_settings(workers));
  for (int i = 0; i < 1000; ++i) {
    Request request{{"x", floats(1 + i % 40, static_cast<float>(i))}};
    request.id = std::to_string(i);
    pool.async_infer(std::move(request), {}, answers.handler(i));
  }
  REQUIRE(answers.wait_for(1000));
  for (int i = 0; i < 1000; ++i) {
    const Response response = answers.of(i).value();
    REQUIRE(response.id == std::to_string(i));
    REQUIRE(response["x"] == floats(1 + i % 40, static_cast<float>(i)));
  }
  CHECK(pool.stats().succeeded == 1000);
}

TEST_CASE("with workers = 0 a handler is called before async_infer returns, in the same thread") {
  Pool<Actor> pool(actor_settings(0));
  std::thread::id called_in;
  pool.async_infer(act("echo"), {}, [&](Result<Response> result) {
    CHECK(result);
    called_in = std::this_thread::get_id();
  });
  CHECK(called_in == std::this_thread::get_id());
}

TEST_CASE("with workers, all handlers are called on one thread of the pool, refusals too") {
  Pool<Actor> pool(actor_settings(2));
  CHECK(threads_named("inferpool-done") == 0);
  std::mutex mutex;
  std::map<std::thread::id, int> threads;
  for (int i = 0; i < 100; ++i) {
    // Every other request is refused before it is sent.
    const auto timeout = i % 2 == 0 ? std::optional<Duration>() : std::optional<Duration>(-1s);
    pool.async_infer(act("echo"), {.timeout = timeout}, [&, i](Result<Response> result) {
      const std::lock_guard lock(mutex);
      ++threads[std::this_thread::get_id()];
      if (result.has_value() != (i % 2 == 0)) threads.clear();
    });
  }
  REQUIRE(eventually([&] {
    const std::lock_guard lock(mutex);
    return threads.size() == 1 && threads.begin()->second == 100;
  }));
  CHECK(threads.begin()->first != std::this_thread::get_id());
  CHECK(threads_named("inferpool-done") == 1);
}

TEST_CASE("every error arrives by the handler: of the model, of the limits, of the clock") {
  const int workers = GENERATE(0, 1);
  Settings settings = actor_settings(workers);
  settings.max_payload = 1000;
  Pool<Actor> pool(settings);
  Answers<Response> answers;
  pool.async_infer(act("throw", {{"text", "no"}}), {}, answers.handler(0));
  pool.async_infer(act("echo", {}, {{"x", floats(1000, 1)}}), {}, answers.handler(1));
  pool.async_infer(act("echo"), {.timeout = -1s}, answers.handler(2));
  std::stop_source stop;
  stop.request_stop();
  pool.async_infer(act("echo"), {.stop = stop.get_token()}, answers.handler(3));
  REQUIRE(answers.wait_for(4));
  CHECK(answers.of(0).error().code() == ErrorCode::kModelFailed);
  CHECK(answers.of(1).error().code() == ErrorCode::kPayloadTooLarge);
  CHECK(answers.of(2).error().code() == ErrorCode::kDeadlineExceeded);
  CHECK(answers.of(3).error().code() == ErrorCode::kCancelled);
  CHECK(pool.stats().failed == 4);
}

TEST_CASE("a full queue refuses by the handler") {
  Settings settings = actor_settings(1);
  settings.max_queue_size = 2;
  Answers<Response> answers;
  OwnGate gate;
  Pool<Actor> pool(settings);
  pool.async_infer(gate.pass(), {}, answers.handler(0));
  REQUIRE(gate.reached_by(1));
  for (int i = 1; i <= 5; ++i) pool.async_infer(act("echo"), {}, answers.handler(i));
  REQUIRE(answers.wait_for(3));
  CHECK(answers.count(ErrorCode::kQueueFull) == 3);
  gate.open();
  REQUIRE(answers.wait_for(6));
  CHECK(answers.count(std::nullopt) == 3);
}

TEST_CASE("a deadline ends an asynchronous call that runs, and one that waits") {
  Settings settings = actor_settings(1);
  settings.cancel_grace = 20s;
  Answers<Response> answers;
  OwnGate gate;
  Pool<Actor> pool(settings);
  pool.async_infer(gate.pass(), {.timeout = 3s}, answers.handler(0));
  pool.async_infer(act("echo"), {.timeout = 4500ms}, answers.handler(1));
  REQUIRE(answers.wait_for(2));
  CHECK(answers.of(0).error().code() == ErrorCode::kDeadlineExceeded);
  CHECK(answers.of(0).error().phase() == Phase::kRunning);
  CHECK(answers.of(1).error().code() == ErrorCode::kDeadlineExceeded);
  CHECK(answers.of(1).error().phase() == Phase::kQueued);
  gate.open();
}

TEST_CASE("a stop token ends a call of each verb") {
  Settings settings = actor_settings(4);
  settings.cancel_grace = 20s;
  OwnGate gate;
  Pool<Actor> pool(settings);
  std::stop_source stop;
  const InferOptions options{.stop = stop.get_token()};
  Answers<Response> answers;
  auto by_infer = infer_aside(pool, gate.pass(), options);
  auto by_try =
      std::async(std::launch::async, [&] { return pool.try_infer(gate.pass(), options); });
  auto by_future = pool.submit(gate.pass(), options);
  pool.async_infer(gate.pass(), options, answers.handler(0));
  REQUIRE(gate.reached_by(4));
  stop.request_stop();
  CHECK(error_of([&] { return by_infer.get(); }).code() == ErrorCode::kCancelled);
  CHECK(by_try.get().error().code() == ErrorCode::kCancelled);
  CHECK(error_of([&] { return by_future.get(); }).code() == ErrorCode::kCancelled);
  REQUIRE(answers.wait_for(1));
  CHECK(answers.of(0).error().code() == ErrorCode::kCancelled);
  gate.open();
}

TEST_CASE("a slow handler delays all that comes after it, and nothing is lost") {
  Answers<Response> answers;
  Pool<Actor> pool(actor_settings(1));
  std::promise<void> entered;
  std::promise<void> go_on;
  pool.async_infer(act("echo"), {}, [&](const Result<Response>&) {
    entered.set_value();
    go_on.get_future().wait();
  });
  entered.get_future().wait();
  for (int i = 0; i < 100; ++i) pool.async_infer(act("echo"), {}, answers.handler(i));
  auto blocking = infer_aside(pool, act("echo"));
  CHECK(eventually([&] { return pool.stats().in_flight == 101; }));
  CHECK(answers.size() == 0);
  go_on.set_value();
  REQUIRE(answers.wait_for(100));
  CHECK(answers.count(std::nullopt) == 100);
  REQUIRE(ends(blocking));
  CHECK_NOTHROW(blocking.get());
}

TEST_CASE("what a handler throws is reported as an event, and the other calls go on") {
  const int workers = GENERATE(0, 1);
  Answers<Response> answers;
  Settings settings = actor_settings(workers);
  std::mutex mutex;
  std::vector<std::string> thrown;
  settings.on_event = [&](const Event& event) {
    const std::lock_guard lock(mutex);
    if (event.kind == EventKind::kHandlerThrew) thrown.push_back(event.text);
  };
  Pool<Actor> pool(settings);
  for (int i = 0; i < 20; ++i) {
    CHECK_NOTHROW(pool.async_infer(act("echo"), {}, [](const Result<Response>&) {
      throw std::runtime_error("a handler's own");
    }));
    CHECK_NOTHROW(
        pool.async_infer(act("echo"), {.timeout = -1s}, [](const Result<Response>&) { throw 7; }));
    pool.async_infer(act("echo"), {}, answers.handler(i));
  }
  REQUIRE(answers.wait_for(20));
  CHECK(answers.count(std::nullopt) == 20);
  CHECK_NOTHROW(pool.infer(act("echo")));
  REQUIRE(eventually([&] {  // the last one may be reported after all answers
    const std::lock_guard lock(mutex);
    return thrown.size() == 40;
  }));
  const std::lock_guard lock(mutex);
  CHECK(std::ranges::count(thrown, "std::runtime_error: a handler's own") == 20);
  CHECK(std::ranges::count(thrown, "int") == 20);
}

// Asks again from the handler, `left` times.
void ask_again(Pool<Echo>& pool, float value, int left, std::promise<float>& end) {
  pool.async_infer(floats(3, value), {}, [&pool, left, &end](Result<Tensor> result) {
    const float got = result ? result->values<float>()[0] : -1;
    if (left == 0 || !result) return end.set_value(got);
    ask_again(pool, got + 1, left - 1, end);
  });
}

TEST_CASE("a handler may ask again") {
  const int workers = GENERATE(0, 1);
  Pool<Echo> pool(settings_for("echo_worker", workers));
  std::promise<float> end;
  auto last = end.get_future();
  ask_again(pool, 0, 200, end);
  REQUIRE(ends(last));
  CHECK(last.get() == 200);
}

TEST_CASE("a handler may be movable only, and is gone once its call has ended") {
  const int workers = GENERATE(0, 1);
  Pool<Actor> pool(actor_settings(workers));
  const auto held = std::make_shared<int>(1);
  std::promise<int> called;
  auto value = called.get_future();
  pool.async_infer(act("echo"), {},
                   [held, owned = std::make_unique<int>(2), &called](const Result<Response>&) {
                     called.set_value(*held + *owned);
                   });
  REQUIRE(ends(value));
  CHECK(value.get() == 3);
  CHECK(eventually([&] { return held.use_count() == 1; }));
}

TEST_CASE("an output that a handler keeps stays readable when the pool is gone") {
  std::promise<Tensor> kept;
  auto future = kept.get_future();
  {
    Pool<Echo> pool(settings_for("echo_worker", 1));
    pool.async_infer(floats(100'000, 5), {},
                     [&](Result<Tensor> result) { kept.set_value(std::move(*result)); });
    REQUIRE(ends(future));
  }
  CHECK(all_equal(future.get().values<float>(), 5));
}

}  // namespace
}  // namespace inferpool::test
