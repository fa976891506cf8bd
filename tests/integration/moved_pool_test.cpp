// SPDX-License-Identifier: Apache-2.0
// Pools that are moved.
#include <future>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "integration/actor_calls.hpp"
#include "integration/answers.hpp"
#include "integration/processes.hpp"

namespace inferpool::test {
namespace {

static_assert(std::is_nothrow_move_constructible_v<Pool<Actor>> &&
              std::is_nothrow_move_assignable_v<Pool<Actor>>);
static_assert(!std::is_copy_constructible_v<Pool<Actor>> &&
              !std::is_copy_assignable_v<Pool<Actor>>);

Pool<Actor> made_elsewhere(int workers) {
  Pool<Actor> pool(actor_settings(workers));
  return pool;
}

TEST_CASE("a pool that was moved serves on, and what it was moved from may be destroyed") {
  const int workers = GENERATE(0, 2);
  const Footprint before;
  {
    std::optional<Pool<Actor>> first(made_elsewhere(workers));
    const Settings* const settings = &first->settings();
    first->infer(act("echo"));
    Pool<Actor> second(std::move(*first));
    first.reset();
    CHECK_NOTHROW(second.infer(act("echo")));
    CHECK(second.try_infer(act("echo")));
    CHECK(second.submit(act("echo")).get().model_name == second.settings().name);
    CHECK_NOTHROW(second.loan<float>({1000}));
    CHECK(second.wait_ready(std::chrono::steady_clock::now() + 20s));
    CHECK(second.stats().succeeded == 4);
    CHECK(&second.settings() == settings);
    second.close();
    CHECK(second.health().state == PoolState::kStopped);
  }
  CHECK(eventually([&] { return Footprint() == before; }));
}

TEST_CASE("asynchronous calls under way survive the move of their pool") {
  constexpr int kCalls = 20;
  Answers<Response> answers;
  OwnGate gate;
  auto first = std::make_unique<Pool<Actor>>(actor_settings(2));
  for (int i = 0; i < kCalls; ++i) first->async_infer(gate.pass(), {}, answers.handler(i));
  std::future<Response> future = first->submit(gate.pass());
  REQUIRE(gate.reached_by(2));
  Pool<Actor> second(std::move(*first));
  first.reset();
  CHECK(answers.size() == 0);
  CHECK(second.stats().in_flight == kCalls + 1);
  gate.open();
  REQUIRE(answers.wait_for(kCalls));
  CHECK(answers.count(std::nullopt) == kCalls);
  CHECK_NOTHROW(future.get());
}

TEST_CASE("a pool that is assigned to ends what it had before, calls under way too") {
  const int workers = GENERATE(0, 1);
  Settings settings = actor_settings(workers);
  settings.drain_timeout = 50ms;
  std::string events;
  settings.on_event = [&](const Event& event) { (events += name(event.kind)) += " "; };
  OwnGate gate;
  Answers<Response> answers;
  Pool<Actor> pool(settings);
  if (workers > 0) {
    pool.async_infer(gate.pass(), {}, answers.handler(0));
    REQUIRE(gate.reached_by(1));
  }
  const Footprint before;
  pool = Pool<Actor>(actor_settings(workers));
  CHECK(events.ends_with("stopped "));
  CHECK(answers.count(ErrorCode::kStopped) == static_cast<std::size_t>(workers));
  CHECK_NOTHROW(pool.infer(act("echo")));
  CHECK(pool.stats().requests == 1);
  CHECK(eventually([&] { return Footprint().children == before.children; }));
}

TEST_CASE("a pool that was moved from may be assigned to, and serves again") {
  Pool<Actor> first(actor_settings(0));
  Pool<Actor> second(std::move(first));
  first = made_elsewhere(1);
  CHECK(first.stats().workers.size() == 1);
  CHECK(second.stats().workers.empty());
  std::swap(first, second);
  CHECK(first.stats().workers.empty());
  CHECK_NOTHROW(first.infer(act("echo")));
  CHECK_NOTHROW(second.infer(act("echo")));
}

TEST_CASE("pools may be the elements of a vector that grows") {
  std::vector<Pool<Actor>> pools;
  for (int i = 0; i < 5; ++i) pools.emplace_back(actor_settings(i % 2));
  for (Pool<Actor>& pool : pools) CHECK_NOTHROW(pool.infer(act("echo")));
}

}  // namespace
}  // namespace inferpool::test
