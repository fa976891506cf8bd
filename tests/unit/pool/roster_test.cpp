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

// One worker, and its successor that starts.
struct Recycled {
  Recycled() {
    roster.starting(0, 1, 100);
    roster.ready(0);
    roster.successor_starting(0, 2, 101);
  }
  WorkerStats worker(std::size_t i) const { return counted(roster).workers.at(i); }
  Roster roster{1};
};

TEST_CASE("while a worker is recycled it counts as ready, and its successor stands at the end") {
  Recycled pool;
  CHECK(pool.roster.health().state == PoolState::kReady);
  CHECK(pool.worker(0).pid == 100);
  CHECK(pool.worker(1).pid == 101);
  CHECK(pool.worker(1).index == 0);
  CHECK(pool.worker(1).state == WorkerState::kStarting);
  pool.roster.replaced();
  CHECK(pool.roster.health().state == PoolState::kReady);
  CHECK(pool.worker(0).pid == 101);
  CHECK(pool.worker(0).state == WorkerState::kReady);
  CHECK(pool.worker(1).pid == 100);
  CHECK(pool.worker(1).state == WorkerState::kRetiring);
  pool.roster.retired(std::nullopt);
  CHECK(counted(pool.roster).workers.size() == 1);
  CHECK(counted(pool.roster).recycled == 1);
  CHECK(counted(pool.roster).deaths == 0);
  CHECK(counted(pool.roster).restarts == 0);
  CHECK_FALSE(pool.roster.health().last_failure);
}

TEST_CASE("a worker that dies while it retires is a death, and is not recycled") {
  Recycled pool;
  pool.roster.replaced();
  pool.roster.retired(failure("killed"));
  CHECK(counted(pool.roster).recycled == 0);
  CHECK(counted(pool.roster).deaths == 1);
  CHECK(counted(pool.roster).restarts == 0);
  CHECK(pool.roster.health().state == PoolState::kReady);
}

TEST_CASE("a successor that does not start is the last failure, and no more") {
  Recycled pool;
  pool.roster.successor_failed(failure("no such file"));
  CHECK(counted(pool.roster).workers.size() == 1);
  CHECK(pool.worker(0).state == WorkerState::kReady);
  CHECK(counted(pool.roster).deaths == 0);
  CHECK(counted(pool.roster).restarts == 0);
  CHECK(std::string(pool.roster.health().last_failure.value().what()) ==
        "startup_failed: no such file");
}

TEST_CASE("where the old worker dies first its successor stands in its place, as a restart") {
  Recycled pool;
  pool.roster.ended(0, failure("killed"));
  pool.roster.successor_promoted();
  CHECK(counted(pool.roster).workers.size() == 1);
  CHECK(pool.worker(0).pid == 101);
  CHECK(pool.worker(0).state == WorkerState::kStarting);
  CHECK(counted(pool.roster).deaths == 1);
  CHECK(counted(pool.roster).restarts == 1);
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
