// SPDX-License-Identifier: Apache-2.0
// asio.hpp: coroutines, and Asio's own cancellation.
#include <inferpool/asio.hpp>

#include "catch.hpp"

#ifdef BOOST_ASIO_HAS_CO_AWAIT

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/version.hpp>
#include <optional>
#if BOOST_VERSION >= 107700
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#endif

#include "integration/actor_calls.hpp"
#include "integration/answers.hpp"
#include "workers/echo.hpp"

namespace inferpool::test {
namespace {

namespace asio = boost::asio;

asio::awaitable<Tensor> classify(Pool<Echo>& pool, Tensor input) {
  co_return co_await async_infer(pool, std::move(input), {.timeout = 20s}, asio::use_awaitable);
}

TEST_CASE("a coroutine awaits the output") {
  const int workers = GENERATE(0, 1);
  asio::io_context loop;
  Pool<Echo> pool(settings_for("echo_worker", workers));
  std::optional<Tensor> output;
  asio::co_spawn(
      loop,
      [&]() -> asio::awaitable<void> {
        output = co_await classify(pool, floats(2000, 4));
        for (int i = 0; i < 20; ++i) output = co_await async_infer(pool, *output);
      },
      asio::detached);
  CHECK_FALSE(output);
  loop.run();
  REQUIRE(output);
  CHECK(*output == floats(2000, 4));
}

TEST_CASE("a coroutine gets an error as an exception, and goes on") {
  const int workers = GENERATE(0, 1);
  asio::io_context loop;
  Pool<Actor> pool(actor_settings(workers));
  std::optional<ErrorCode> code;
  bool went_on = false;
  const Request bad = act("throw", {{"text", "no"}});
  const Request good = act("echo", {}, {{"x", floats(1, 2)}});
  asio::co_spawn(
      loop,
      [&]() -> asio::awaitable<void> {
        try {
          static_cast<void>(co_await async_infer(pool, bad));
        } catch (const Error& error) {
          code = error.code();
        }
        const Response response = co_await async_infer(pool, good);
        went_on = response["x"] == floats(1, 2);
      },
      asio::detached);
  loop.run();
  CHECK(code == ErrorCode::kModelFailed);
  CHECK(went_on);
}

// In a braced initializer g++ 12 would destroy a stop token twice.
TEST_CASE("a coroutine may make its options where it awaits") {
  asio::io_context loop;
  Pool<Actor> pool(actor_settings(1));
  static constexpr const char* kTrace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  std::stop_source stop;
  Parameter seen;
  const Request request = act("context");
  asio::co_spawn(
      loop,
      [&]() -> asio::awaitable<void> {
        const InferOptions stoppable{.stop = stop.get_token()};
        static_cast<void>(co_await async_infer(pool, request, stoppable, asio::use_awaitable));
        for (int i = 0; i < 10; ++i) {
          const Response response =
              co_await async_infer(pool, request,
                                   {.timeout = 20s,
                                    .deadline = std::chrono::steady_clock::now() + 20s,
                                    .retry = Retry::kNever,
                                    .traceparent = kTrace},
                                   asio::use_awaitable);
          seen = response.parameters.at("traceparent");
        }
      },
      asio::detached);
  loop.run();
  CHECK(seen == Parameter(std::string(kTrace)));
  CHECK(stop.request_stop());
}

TEST_CASE("while a model runs, the loop does other things") {
  asio::io_context loop;
  OwnGate gate;
  Pool<Actor> pool(actor_settings(1));
  bool answered = false;
  asio::co_spawn(
      loop,
      [&]() -> asio::awaitable<void> {
        static_cast<void>(co_await async_infer(pool, gate.pass()));
        answered = true;
      },
      asio::detached);
  asio::co_spawn(
      loop,
      [&]() -> asio::awaitable<void> {
        asio::steady_timer timer(loop);
        while (gate.arrived() == 0) {
          timer.expires_after(1ms);
          co_await timer.async_wait(asio::use_awaitable);
        }
        CHECK_FALSE(answered);
        gate.open();
      },
      asio::detached);
  loop.run();
  CHECK(answered);
}

TEST_CASE("many coroutines in one loop each get their own answers") {
  asio::io_context loop;
  Pool<Echo> pool(settings_for("echo_worker", 2));
  int right = 0;
  for (int i = 0; i < 50; ++i) {
    asio::co_spawn(
        loop,
        [&pool, &right, i]() -> asio::awaitable<void> {
          for (int j = 0; j < 10; ++j) {
            const Tensor input = floats(1 + 50 * j, static_cast<float>(100 * i + j));
            right += co_await async_infer(pool, input) == input;
          }
        },
        asio::detached);
  }
  loop.run();
  CHECK(right == 500);
}

TEST_CASE("a loop that is destroyed first destroys the coroutines that wait in it") {
  const auto held = std::make_shared<int>(0);
  OwnGate gate;
  Pool<Actor> pool(actor_settings(1));
  {
    asio::io_context loop;
    for (int i = 0; i < 10; ++i) {
      asio::co_spawn(
          loop,
          [&pool, &gate, held]() -> asio::awaitable<void> {
            static_cast<void>(co_await async_infer(pool, gate.pass()));
            ++*held;
          },
          asio::detached);
    }
    loop.poll();
    REQUIRE(gate.reached_by(1));
    CHECK(held.use_count() > 10);
  }
  CHECK(held.use_count() == 1);
  gate.open();
  CHECK(eventually([&] { return pool.stats().succeeded == 10; }));
  CHECK(*held == 0);
}

#if BOOST_VERSION >= 107700

TEST_CASE("a cancellation slot ends the call, as a stop token does") {
  asio::io_context loop;
  OwnGate gate;
  Pool<Actor> pool(actor_settings(2));
  asio::cancellation_signal signal;
  std::stop_source stop;
  Answers<Response> answers;
  async_infer(
      pool, gate.pass(), {.stop = stop.get_token()},
      asio::bind_cancellation_slot(signal.slot(), asio::bind_executor(loop, answers.handler(0))));
  async_infer(
      pool, gate.pass(), {},
      asio::bind_cancellation_slot(signal.slot(), asio::bind_executor(loop, answers.handler(1))));
  REQUIRE(gate.reached_by(2));
  signal.emit(asio::cancellation_type::partial);  // by now the slot belongs to the second call
  stop.request_stop();
  loop.run();
  CHECK(answers.of(0).error().code() == ErrorCode::kCancelled);
  CHECK(answers.of(1).error().code() == ErrorCode::kCancelled);
  signal.emit(asio::cancellation_type::all);  // reaches nobody any more
  gate.open();
}

TEST_CASE("a coroutine that loses a race against a timer is cancelled") {
  using namespace asio::experimental::awaitable_operators;
  asio::io_context loop;
  OwnGate gate;
  Pool<Actor> pool(actor_settings(1));
  std::size_t first = 0;
  asio::co_spawn(
      loop,
      [&]() -> asio::awaitable<void> {
        asio::steady_timer timer(loop, 50ms);
        const auto which =
            co_await (async_infer(pool, gate.pass()) || timer.async_wait(asio::use_awaitable));
        first = which.index();
      },
      asio::detached);
  loop.run();
  CHECK(first == 1);
  CHECK(pool.stats().failed == 1);
  gate.open();
}

#endif

}  // namespace
}  // namespace inferpool::test

#else

TEST_CASE("this compiler and this Boost have no coroutines together: asio.hpp compiles without") {
  SUCCEED();
}

#endif
