// SPDX-License-Identifier: Apache-2.0
#include "pool/processes/spawner.hpp"

#include <atomic>
#include <filesystem>
#include <optional>
#include <thread>

#include "catch.hpp"
#include "integration/eventually.hpp"
#include "integration/processes.hpp"
#include "unit/pool/processes/idle_worker.hpp"

namespace inferpool::pool::processes {
namespace {

using test::contains;
using test::eventually;
using test::ScriptedWorkers;

Spawned next_of(Spawner& spawner) {
  std::optional<Spawned> spawned;
  REQUIRE(eventually([&] { return (spawned = spawner.take()).has_value(); }));
  return *std::move(spawned);
}

TEST_CASE("an order is answered by a worker with its index and generation, from another thread") {
  const ScriptedWorkers workers(test::kIdleScript);
  std::atomic<std::thread::id> told_on;
  Spawner spawner(workers.configuration(), 1, [&] { told_on = std::this_thread::get_id(); });
  CHECK_FALSE(spawner.take());
  spawner.order(3, 5);
  const Spawned spawned = next_of(spawner);
  CHECK(spawned.index == 3);
  CHECK(spawned.generation == 5);
  CHECK_FALSE(spawned.failure);
  REQUIRE(spawned.worker);
  CHECK(spawned.worker->index() == 3);
  CHECK(spawned.worker->generation() == 5);
  CHECK(test::running(spawned.worker->pid()));
  REQUIRE(eventually([&] { return told_on.load() != std::thread::id(); }));
  CHECK(told_on.load() != std::this_thread::get_id());
}

TEST_CASE("orders are answered in their order") {
  const ScriptedWorkers workers("#!/bin/sh\n");
  Spawner spawner(workers.configuration(), 3, [] {});
  for (int generation = 1; generation <= 3; ++generation) spawner.order(0, generation);
  for (int generation = 1; generation <= 3; ++generation)
    CHECK(next_of(spawner).generation == generation);
}

TEST_CASE("an order for an executable that has changed fails and names it, and makes no worker") {
  const ScriptedWorkers workers(test::kIdleScript);
  Spawner spawner(workers.configuration(), 1, [] {});
  std::filesystem::remove(workers.path());
  spawner.order(1, 9);
  const Spawned spawned = next_of(spawner);
  CHECK(spawned.generation == 9);
  CHECK_FALSE(spawned.worker);
  REQUIRE(spawned.failure);
  CHECK(spawned.failure->code() == ErrorCode::kStartupFailed);
  CHECK_THAT(spawned.failure->what(), contains("could not be spawned") && contains(workers.path()));
}

TEST_CASE("a worker ends with the thread that made it") {
  const ScriptedWorkers workers(test::kIdleScript);
  std::optional<Spawner> spawner(std::in_place, workers.configuration(), 1, [] {});
  spawner->order(0, 1);
  const Spawned spawned = next_of(*spawner);
  spawner.reset();
  CHECK(eventually([&] { return spawned.worker->has_ended(); }));
}

}  // namespace
}  // namespace inferpool::pool::processes
