// SPDX-License-Identifier: Apache-2.0
#include "pool/dispatch/turns.hpp"

#include <stop_token>
#include <thread>
#include <vector>

#include <inferpool/error.hpp>

#include "catch.hpp"

namespace inferpool::pool::dispatch {
namespace {

using namespace std::chrono_literals;

std::optional<ErrorCode> refusal(Turns& turns, const core::Deadline& deadline = {},
                                 const std::stop_token& stop = {}) {
  try {
    turns.enter(1, deadline, stop);
    turns.leave();
    return std::nullopt;
  } catch (const Error& error) {
    CHECK((error.phase() == Phase::kQueued || error.code() == ErrorCode::kStopped ||
           error.code() == ErrorCode::kQueueFull));
    return error.code();
  }
}

// How another thread that asks for a turn meanwhile is refused; none if it gets one.
std::optional<ErrorCode> refusal_aside(Turns& turns, const core::Deadline& deadline = {},
                                       const std::stop_token& stop = {}) {
  std::optional<ErrorCode> code;
  std::thread([&] { code = refusal(turns, deadline, stop); }).join();
  return code;
}

void await_waiting(const Turns& turns, std::size_t count) {
  while (turns.waiting() != count) std::this_thread::yield();
}

TEST_CASE("turns come in the order in which they were asked for") {
  Turns turns(false, 10);
  CHECK_FALSE(turns.enter(1, {}, {}));
  std::vector<int> order;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      CHECK(turns.enter(1, {}, {}));
      order.push_back(i);  // in its turn, so alone
      turns.leave();
    });
    await_waiting(turns, static_cast<std::size_t>(i) + 1);
  }
  turns.leave();
  threads.clear();
  CHECK(order == std::vector{0, 1, 2, 3});
}

TEST_CASE("a thread that has its turn is refused another one, which it would wait for in vain") {
  Turns turns(false, 10);
  turns.enter(1, {}, {});
  CHECK(refusal(turns) == ErrorCode::kInvalidArgument);
  turns.leave();
  CHECK_FALSE(refusal(turns));
}

TEST_CASE("all may enter a thread-safe model at once, and a thread several times") {
  Turns turns(true, 0);
  CHECK_FALSE(turns.enter(1, {}, {}));
  CHECK_FALSE(turns.enter(2, {}, {}));
  CHECK_FALSE(refusal_aside(turns));
  turns.leave();
  turns.leave();
}

TEST_CASE(
    "a thread that waits for its turn leaves the queue at its deadline, or when it is asked to "
    "stop") {
  Turns turns(false, 1);
  turns.enter(1, {}, {});
  CHECK(refusal_aside(turns, core::Clock::now() + 5ms) == ErrorCode::kDeadlineExceeded);
  std::stop_source stop;
  stop.request_stop();
  CHECK(refusal_aside(turns, {}, stop.get_token()) == ErrorCode::kCancelled);
  CHECK(turns.waiting() == 0);
  turns.leave();
}

TEST_CASE("no more wait than max_queue_size says") {
  Turns turns(false, 1);
  turns.enter(1, {}, {});
  std::jthread waiting([&] { CHECK_FALSE(refusal(turns)); });
  await_waiting(turns, 1);
  CHECK(refusal_aside(turns) == ErrorCode::kQueueFull);
  turns.leave();
}

TEST_CASE("closing lets all that have asked have their turns, as long as there is time") {
  Turns turns(false, 10);
  turns.enter(1, {}, {});
  std::optional<ErrorCode> code;
  std::jthread waiting([&] { code = refusal(turns); });
  await_waiting(turns, 1);
  SECTION("") {
    std::jthread closing([&] { turns.close(core::Clock::now() + 1h); });
    while (!turns.closed()) std::this_thread::yield();
    CHECK(refusal_aside(turns) == ErrorCode::kStopped);
    turns.leave();
    closing.join();
    waiting.join();
    CHECK_FALSE(code);
  }
  SECTION("and tells the rest that it is over") {
    turns.close(core::Clock::now());
    waiting.join();
    CHECK(code == ErrorCode::kStopped);
    turns.leave();
  }
}

}  // namespace
}  // namespace inferpool::pool::dispatch
