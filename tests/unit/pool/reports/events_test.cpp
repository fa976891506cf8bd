// SPDX-License-Identifier: Apache-2.0
#include "pool/reports/events.hpp"

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

#include "catch.hpp"

namespace inferpool::pool::reports {
namespace {

Settings settings_with(std::function<void(const Event&)> callback) {
  Settings settings;
  settings.name = "digits";
  settings.on_event = std::move(callback);
  return settings;
}

TEST_CASE("an event reaches on_event with what it was raised with, and the model's name") {
  std::vector<Event> seen;
  Events events(settings_with([&](const Event& event) { seen.push_back(event); }));
  events.raise({.kind = EventKind::kDied,
                .worker_index = 2,
                .generation = 7,
                .pid = 71,
                .error = Error(ErrorCode::kWorkerLost, "it fell")});
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].kind == EventKind::kDied);
  CHECK(seen[0].model == "digits");
  CHECK(seen[0].worker_index == 2);
  CHECK(seen[0].generation == 7);
  CHECK(seen[0].pid == 71);
  CHECK(seen[0].error.value().what() == std::string("worker_lost: it fell"));
}

TEST_CASE("without on_event an event goes nowhere") {
  Events events(Settings{});
  events.raise({.kind = EventKind::kReady});
  SUCCEED("it returned");
}

TEST_CASE("an exception of on_event ends there, and the next event is told") {
  int told = 0;
  Events events(settings_with([&](const Event&) {
    if (++told == 1) throw std::runtime_error("the log is full");
    if (told == 2) throw 42;
  }));
  for (int i = 0; i < 3; ++i) events.raise({.kind = EventKind::kReady});
  CHECK(told == 3);
}

TEST_CASE("events that many threads raise are told one at a time, and none is lost") {
  int told = 0;  // guarded by the contract alone
  std::atomic<int> inside = 0;
  std::atomic<int> most = 0;
  Events events(settings_with([&](const Event&) {
    most = std::max(most.load(), ++inside);
    ++told;
    std::this_thread::yield();
    --inside;
  }));
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 500; ++i) events.raise({.kind = EventKind::kHandlerThrew});
      });
    }
  }
  CHECK(most == 1);
  CHECK(told == 2000);
}

TEST_CASE("stopped is told once, and nothing after it") {
  std::vector<EventKind> kinds;
  Events events(settings_with([&](const Event& event) { kinds.push_back(event.kind); }));
  events.raise({.kind = EventKind::kReady});
  events.raise({.kind = EventKind::kStopped});
  events.raise({.kind = EventKind::kHandlerThrew});
  events.raise({.kind = EventKind::kStopped});
  CHECK(kinds == std::vector{EventKind::kReady, EventKind::kStopped});
}

TEST_CASE("on_event may raise an event itself") {
  std::vector<EventKind> kinds;
  Events* self = nullptr;
  Events events(settings_with([&](const Event& event) {
    kinds.push_back(event.kind);
    if (event.kind == EventKind::kReady) self->raise({.kind = EventKind::kHandlerThrew});
  }));
  self = &events;
  events.raise({.kind = EventKind::kReady});
  CHECK(kinds == std::vector{EventKind::kReady, EventKind::kHandlerThrew});
}

}  // namespace
}  // namespace inferpool::pool::reports
