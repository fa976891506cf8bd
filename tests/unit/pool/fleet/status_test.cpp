// SPDX-License-Identifier: Apache-2.0
#include "pool/fleet/status.hpp"

#include <thread>

#include "unit/pool/fleet/fake_fleet.hpp"

namespace inferpool::pool::fleet {
namespace {

TEST_CASE(
    "B13: health has the live and the total workers, and a pool with none alive is not ready") {
  Status status(2);
  FakeFleet pool(with_workers(2));
  const auto health = [&] {
    status.publish(pool.fleet);
    return status.health();
  };
  CHECK(status.health().state == PoolState::kStarting);
  pool.fleet.start();
  pool.make_ready(1);
  CHECK(health().state == PoolState::kStarting);
  CHECK(health().live == 1);
  pool.make_ready(2);
  CHECK(health().state == PoolState::kReady);
  pool.end(1);
  CHECK(health().state == PoolState::kDegraded);
  pool.end(2);
  CHECK(health().state == PoolState::kUnavailable);
  CHECK(health().live == 0);
  CHECK(health().total == 2);
  CHECK_THAT(health().last_failure->what(), test::contains("worker_lost: worker 1 (pid 102)"));
  status.stopped();
  CHECK(health().state == PoolState::kStopped);
}

TEST_CASE("each start at an index after the first is a restart") {
  Status status(2);
  FakeFleet pool(with_workers(2));
  pool.start();
  status.publish(pool.fleet);
  CHECK(status.health().restarts == 0);
  pool.end(1);
  pool.pass(0s);
  pool.make_ready(3);
  status.publish(pool.fleet);
  CHECK(status.health().restarts == 1);
  Stats stats;
  status.count(stats);
  CHECK(stats.restarts == 1);
  CHECK(stats.deaths == 1);
  REQUIRE(stats.workers.size() == 2);
  CHECK(stats.workers[0].pid == 103);
  CHECK(stats.workers[0].state == WorkerState::kReady);
}

TEST_CASE("waiting for the start ends when all are ready, or with the first failure") {
  const bool fails = GENERATE(false, true);
  Status status(2);
  FakeFleet pool(with_workers(2));
  pool.fleet.start();
  std::jthread reactor([&] {
    pool.make_ready(1);
    status.publish(pool.fleet);
    fails ? pool.not_spawned(2) : pool.make_ready(2);
    status.publish(pool.fleet);
  });
  const auto error = status.wait_started();
  REQUIRE(error.has_value() == fails);
  if (fails) CHECK_THAT(error->what(), test::contains("no process"));
}

TEST_CASE("waiting until ready ends at the deadline and when the pool stops") {
  Status status(1);
  CHECK_FALSE(status.wait_ready(core::Clock::now()));
  std::jthread stopper([&] { status.stopped(); });
  CHECK_FALSE(status.wait_ready(core::Clock::now() + std::chrono::minutes(1)));
}

}  // namespace
}  // namespace inferpool::pool::fleet
