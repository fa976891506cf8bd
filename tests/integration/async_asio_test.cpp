// SPDX-License-Identifier: Apache-2.0
// asio.hpp: callbacks and futures, and what may be destroyed first.
#include <inferpool/asio.hpp>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>
#include <future>
#include <memory>
#include <optional>
#include <thread>

#include "catch.hpp"
#include "integration/actor_calls.hpp"
#include "integration/answers.hpp"
#include "integration/processes.hpp"
#include "workers/echo.hpp"

namespace inferpool::test {
namespace {

namespace asio = boost::asio;

TEST_CASE("a callback runs on its executor, after async_infer has returned") {
  const int workers = GENERATE(0, 1);
  asio::io_context loop;
  Pool<Echo> pool(settings_for("echo_worker", workers));
  bool called = false;
  async_infer(pool, floats(3, 7), {}, asio::bind_executor(loop, [&](const Result<Tensor>& result) {
                called = result && *result == floats(3, 7);
              }));
  CHECK_FALSE(called);
  loop.run();  // it returns only after the call, since the call counts as work
  CHECK(called);
}

TEST_CASE("a refusal runs on the callback's executor, too") {
  const int workers = GENERATE(0, 1);
  asio::io_context loop;
  Pool<Echo> pool(settings_for("echo_worker", workers));
  pool.close();
  std::optional<ErrorCode> code;
  async_infer(pool, floats(3, 7), {}, asio::bind_executor(loop, [&](const Result<Tensor>& result) {
                code = result.error().code();
              }));
  CHECK_FALSE(code);
  loop.run();
  CHECK(code == ErrorCode::kStopped);
}

TEST_CASE("callbacks on a strand of many threads run one at a time, each with its own answer") {
  asio::thread_pool threads(3);
  auto strand = asio::make_strand(threads);
  Pool<Echo> pool(settings_for("echo_worker", 2));
  int unguarded = 0;  // ThreadSanitizer would report a race
  int right = 0;
  for (int i = 0; i < 300; ++i) {
    async_infer(pool, floats(1 + i, static_cast<float>(i)), {},
                asio::bind_executor(strand, [&, i](const Result<Tensor>& result) {
                  ++unguarded;
                  right += result && *result == floats(1 + i, static_cast<float>(i));
                }));
  }
  threads.join();
  CHECK(unguarded == 300);
  CHECK(right == 300);
}

TEST_CASE("a callback without an executor runs on the pool's own thread") {
  Pool<Echo> pool(settings_for("echo_worker", 1));
  std::promise<std::thread::id> thread;
  auto id = thread.get_future();
  async_infer(pool, floats(1, 1), {},
              [&](const Result<Tensor>&) { thread.set_value(std::this_thread::get_id()); });
  REQUIRE(ends(id));
  std::promise<std::thread::id> own;
  auto own_id = own.get_future();
  pool.async_infer(floats(1, 1), {},
                   [&](const Result<Tensor>&) { own.set_value(std::this_thread::get_id()); });
  REQUIRE(ends(own_id));
  CHECK(id.get() == own_id.get());
}

TEST_CASE("a callback may be movable only, named or not") {
  asio::io_context loop;
  Pool<Echo> pool(settings_for("echo_worker", 1));
  int calls = 0;
  async_infer(pool, floats(1, 1), {},
              asio::bind_executor(
                  loop, [&, one = std::make_unique<int>(1)](Result<Tensor>) { calls += *one; }));
  auto named = asio::bind_executor(loop, [&](Result<Tensor>) { ++calls; });
  async_infer(pool, floats(1, 1), {}, named);
  loop.run();
  CHECK(calls == 2);
}

TEST_CASE("use_future gives the output, or throws the error") {
  const int workers = GENERATE(0, 1);
  Pool<Actor> pool(actor_settings(workers));
  std::future<Response> answer =
      async_infer(pool, act("echo", {}, {{"x", floats(3, 7)}}), {}, asio::use_future);
  REQUIRE(ends(answer));
  CHECK(answer.get()["x"] == floats(3, 7));
  auto failed = async_infer(pool, act("throw", {{"text", "no"}}), {}, asio::use_future);
  REQUIRE(ends(failed));
  CHECK(error_of([&] { return failed.get(); }).code() == ErrorCode::kModelFailed);
}

TEST_CASE(
    "an io_context that is destroyed first destroys its handlers uncalled, and the pool goes on") {
  const auto held = std::make_shared<int>(0);
  OwnGate gate;
  Pool<Actor> pool(actor_settings(2));
  {
    asio::io_context loop;
    for (int i = 0; i < 50; ++i) {
      async_infer(pool, gate.pass(), {},
                  asio::bind_executor(loop, [held](const Result<Response>&) { ++*held; }));
    }
    REQUIRE(gate.reached_by(2));
    CHECK(held.use_count() == 51);
  }
  CHECK(held.use_count() == 1);
  CHECK(*held == 0);
  gate.open();
  CHECK(eventually([&] { return pool.stats().succeeded == 50; }));
  CHECK_NOTHROW(pool.infer(act("echo")));
}

TEST_CASE("a callback, a future and a loop start no thread beside the pool's own") {
  Pool<Echo> pool(settings_for("echo_worker", 1));
  static_cast<void>(pool.submit(floats(1, 1)).get());
  const auto before = threads();
  async_infer(pool, floats(1, 1), {}, [](const Result<Tensor>&) {});
  static_cast<void>(async_infer(pool, floats(1, 1), {}, asio::use_future).get());
  asio::io_context loop;
  async_infer(pool, floats(1, 1), {}, asio::bind_executor(loop, [](const Result<Tensor>&) {}));
  loop.run();
  CHECK(eventually([&] { return threads() == before; }));
}

TEST_CASE("an io_context may be destroyed while answers arrive") {
  Pool<Echo> pool(settings_for("echo_worker", 2));
  std::atomic<int> alive{0};
  for (int round = 0; round < 50; ++round) {
    const auto held = std::make_shared<int>(0);
    {
      asio::io_context loop;
      for (int i = 0; i < 20; ++i) {
        async_infer(pool, floats(1, 1), {},
                    asio::bind_executor(loop, [held](const Result<Tensor>&) {}));
      }
      loop.poll();
    }
    alive += static_cast<int>(held.use_count()) - 1;
  }
  CHECK(alive == 0);
  CHECK(eventually([&] { return pool.stats().succeeded == 1000; }));
}

TEST_CASE("a pool that is destroyed first leaves each handler its result, in the loop") {
  asio::io_context loop;
  Answers<Response> answers;
  OwnGate gate;
  {
    Settings settings = actor_settings(1);
    settings.drain_timeout = 100ms;
    Pool<Actor> pool(settings);
    for (int i = 0; i < 20; ++i)
      async_infer(pool, gate.pass(), {}, asio::bind_executor(loop, answers.handler(i)));
    REQUIRE(gate.reached_by(1));
  }
  CHECK(answers.size() == 0);
  loop.run();
  CHECK(answers.size() == 20);
  CHECK(answers.count(ErrorCode::kStopped) == 20);
}

TEST_CASE("what a callback throws leaves the loop's run, as in any other Asio program") {
  asio::io_context loop;
  Pool<Echo> pool(settings_for("echo_worker", 1));
  async_infer(pool, floats(1, 1), {}, asio::bind_executor(loop, [](const Result<Tensor>&) {
                throw std::out_of_range("the caller's own");
              }));
  CHECK_THROWS_AS(loop.run(), std::out_of_range);
  CHECK(pool.infer(floats(1, 2)) == floats(1, 2));
}

}  // namespace
}  // namespace inferpool::test
