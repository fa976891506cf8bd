// SPDX-License-Identifier: Apache-2.0
// Handlers that destroy the pool which calls them.
#include <future>
#include <memory>
#include <stdexcept>

#include "catch.hpp"
#include "integration/actor_calls.hpp"
#include "integration/answers.hpp"
#include "integration/processes.hpp"

namespace inferpool::test {
namespace {

TEST_CASE("a handler may destroy its pool, which ends all other calls first", "[H4]") {
  const bool throws = GENERATE(false, true);
  constexpr std::size_t kOthers = 20;
  std::vector<std::string> events;
  Settings settings = actor_settings(2);
  settings.on_event = [&](const Event& event) { events.emplace_back(name(event.kind)); };
  const Footprint before;
  {
    auto pool = std::make_unique<Pool<Actor>>(settings);
    OwnGate gate;
    Answers<Response> others;
    std::promise<void> all_made;
    std::promise<std::size_t> told;
    auto end = told.get_future();
    pool->async_infer(act("echo"), {}, [&, throws](const Result<Response>&) {
      all_made.get_future().wait();
      gate.open();
      pool.reset();
      told.set_value(others.size());
      if (throws) throw std::runtime_error("a handler's own");
    });
    for (std::size_t i = 0; i < kOthers; ++i)
      pool->async_infer(gate.pass(), {}, others.handler(static_cast<int>(i)));
    all_made.set_value();
    REQUIRE(ends(end));
    CHECK(end.get() == kOthers);
    CHECK(others.count(std::nullopt) == kOthers);
    CHECK(events.back() == "stopped");
  }
  CHECK(eventually([&] { return Footprint() == before; }));
}

TEST_CASE("a handler that destroys its pool ends calls that do not end by themselves", "[H4]") {
  Settings settings = actor_settings(1);
  settings.drain_timeout = 50ms;
  auto pool = std::make_unique<Pool<Actor>>(settings);
  OwnGate gate;
  std::promise<void> all_made;
  std::promise<ErrorCode> told;
  auto end = told.get_future();
  pool->async_infer(act("echo"), {}, [&](const Result<Response>&) {
    all_made.get_future().wait();
    pool.reset();
  });
  pool->async_infer(gate.pass(), {},
                    [&](const Result<Response>& result) { told.set_value(result.error().code()); });
  all_made.set_value();
  REQUIRE(ends(end));
  CHECK(end.get() == ErrorCode::kStopped);
}

TEST_CASE("a handler that owns its pool takes it along", "[H4]") {
  const int workers = GENERATE(0, 2);
  const bool throws = GENERATE(false, true);
  const Footprint before;
  std::promise<bool> told;
  auto end = told.get_future();
  {
    auto pool = std::make_shared<Pool<Actor>>(actor_settings(workers));
    Pool<Actor>& own = *pool;
    own.async_infer(act("echo"), {},
                    [pool = std::move(pool), &told, throws](const Result<Response>& result) {
                      told.set_value(result.has_value());
                      if (throws) throw std::runtime_error("a handler's own");
                    });
  }
  REQUIRE(ends(end));
  CHECK(end.get());
  CHECK(eventually([&] { return Footprint() == before; }));
}

TEST_CASE("with workers = 0, or once it is closed, a handler may destroy its pool in async_infer",
          "[H4]") {
  const int workers = GENERATE(0, 1);
  auto pool = std::make_unique<Pool<Actor>>(actor_settings(workers));
  if (workers == 1) pool->close();
  bool told = false;
  pool->async_infer(act("echo"), {}, [&](const Result<Response>& result) {
    CHECK(result.has_value() == (workers == 0));
    pool.reset();
    told = true;
    throw std::runtime_error("a handler's own");
  });
  CHECK(told);
}

}  // namespace
}  // namespace inferpool::test
