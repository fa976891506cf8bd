// SPDX-License-Identifier: Apache-2.0
#include <inferpool/stats.hpp>

#include "catch.hpp"

namespace inferpool {
namespace {

TEST_CASE("each state of a worker has its name") {
  REQUIRE(name(WorkerState::kStarting) == "starting");
  REQUIRE(name(WorkerState::kReady) == "ready");
  REQUIRE(name(WorkerState::kLate) == "late");
  REQUIRE(name(WorkerState::kHung) == "hung");
  REQUIRE(name(WorkerState::kDown) == "down");
  REQUIRE(name(WorkerState::kRetiring) == "retiring");
  REQUIRE(name(static_cast<WorkerState>(200)) == "?");
}

TEST_CASE("each state of a pool has its name") {
  REQUIRE(name(PoolState::kStarting) == "starting");
  REQUIRE(name(PoolState::kReady) == "ready");
  REQUIRE(name(PoolState::kDegraded) == "degraded");
  REQUIRE(name(PoolState::kUnavailable) == "unavailable");
  REQUIRE(name(PoolState::kStopped) == "stopped");
  REQUIRE(name(static_cast<PoolState>(200)) == "?");
}

}  // namespace
}  // namespace inferpool
