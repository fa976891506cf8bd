// SPDX-License-Identifier: Apache-2.0
#include "pool/roster.hpp"

#include <thread>

#include "catch.hpp"

namespace inferpool::pool {
namespace {

Error failure(const char* text) { return {ErrorCode::kStartupFailed, text}; }

Stats counted(const Roster& roster) {
  Stats stats;
  roster.count(stats);
  return stats;
}

TEST_CASE("B13: health tells live and total workers, and none alive is not ready") {
  Roster roster(2);
  CHECK(roster.health().state == PoolState::kStarting);
  roster.starting(0, 1, 100);
  roster.starting(1, 2, 101);
  roster.ready(0);
  CHECK(roster.health().state == PoolState::kStarting);
  CHECK(roster.health().live == 1);
  roster.ready(1);
  CHECK(roster.health().state == PoolState::kReady);
  roster.ended(0, failure("gone"));
  CHECK(roster.health().state == PoolState::kDegraded);
  roster.ended(1, failure("gone, too"));
  CHECK(roster.health().state == PoolState::kUnavailable);
  CHECK(roster.health().live == 0);
  CHECK(roster.health().total == 2);
  CHECK(std::string(roster.health().last_failure->what()) == "startup_failed: gone, too");
  roster.stopped();
  CHECK(roster.health().state == PoolState::kStopped);
}

TEST_CASE("restarts and deaths are counted, but not a worker that was asked to leave") {
  Roster roster(1);
  roster.starting(0, 1, 100);
  roster.ready(0);
  CHECK(counted(roster).restarts == 0);
  roster.ended(0, failure("killed"));
  roster.starting(0, 2, 101);
  roster.ready(0);
  CHECK(counted(roster).restarts == 1);
  CHECK(counted(roster).deaths == 1);
  CHECK(counted(roster).workers[0].generation == 2);
  CHECK(counted(roster).workers[0].pid == 101);
  roster.ended(0, std::nullopt);
  CHECK(counted(roster).deaths == 1);
  CHECK(counted(roster).workers[0].state == WorkerState::kDown);
}

TEST_CASE("workers that hung are counted among the deaths") {
  Roster roster(1);
  roster.ended(0, Error(ErrorCode::kWorkerLost, "stuck", {.hung = true}));
  roster.ended(0, failure("killed"));
  CHECK(counted(roster).deaths == 2);
  CHECK(counted(roster).hung == 1);
}

TEST_CASE("waiting for the start ends when all are ready, or with the first failure") {
  Roster good(2);
  std::jthread starter([&] {
    good.ready(0);
    good.ready(1);
  });
  CHECK_FALSE(good.wait_started());

  Roster bad(2);
  std::jthread failer([&] {
    bad.ready(0);
    bad.start_failed(1, failure("no such file"));
  });
  const auto error = bad.wait_started();
  REQUIRE(error);
  CHECK(std::string(error->what()) == "startup_failed: no such file");
}

TEST_CASE("waiting until ready ends at the deadline and when the pool stops") {
  Roster roster(1);
  CHECK_FALSE(roster.wait_ready(Clock::now()));
  std::jthread stopper([&] { roster.stopped(); });
  CHECK_FALSE(roster.wait_ready(Clock::now() + std::chrono::minutes(1)));
}

}  // namespace
}  // namespace inferpool::pool
