// SPDX-License-Identifier: Apache-2.0
// Which processes a pool has, and what it reports about them.
#include <signal.h>

#include <algorithm>

#include "catch.hpp"
#include "integration/actor_calls.hpp"
#include "integration/processes.hpp"
#include "unit/settings/scoped_variable.hpp"
#include "workers/echo.hpp"

namespace inferpool::test {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kVariable = "MLSERVER_MODEL_PARALLEL_WORKERS";

std::vector<int> pids_of(const Stats& stats) {
  std::vector<int> pids;
  for (const WorkerStats& worker : stats.workers) pids.push_back(worker.pid);
  std::ranges::sort(pids);
  return pids;
}

std::vector<int> own_children() {
  std::vector<int> pids = children_of(getpid());
  std::ranges::sort(pids);
  return pids;
}

template <typename P>
std::int64_t whole(P& pool, const char* what) {
  return std::get<std::int64_t>(pool.infer(act("who")).parameters.at(what));
}

TEST_CASE("A1: a pool of N has exactly N live worker processes, which are not the host") {
  REQUIRE(own_children().empty());
  for (const int workers : {1, 3}) {
    Pool<Actor> pool(actor_settings(workers));
    const std::vector<int> pids = pids_of(pool.stats());
    CHECK(pids == own_children());
    CHECK(pids.size() == static_cast<std::size_t>(workers));
    CHECK(std::ranges::all_of(pids, running));
    CHECK(std::ranges::count(pids, whole(pool, "pid")) == 1);
  }
  CHECK(own_children().empty());
}

TEST_CASE("A1: a pool of 0 has no process and answers from the host") {
  const Footprint before;
  Pool<Actor> pool(actor_settings(0));
  CHECK(whole(pool, "pid") == getpid());
  CHECK(pool.stats().workers.empty());
  CHECK(Footprint() == before);
}

TEST_CASE(
    "A2: the field decides how many workers there are, without it the variable, without both 4") {
  const Settings from_field = Settings::from_json(
      R"({"parallel_workers": 1, "pool": {"worker": "echo_worker", "shared_memory_limit": "64MiB"}})",
      "a test", "/");
  const Settings without_field = Settings::from_json(
      R"({"pool": {"worker": "echo_worker", "shared_memory_limit": "64MiB"}})", "a test", "/");
  const auto live = [](const Settings& settings) {
    const Pool<Echo> pool(settings);
    CHECK(pool.settings().workers == pool.health().live);
    return own_children().size();
  };
  {
    const ScopedVariable variable(kVariable, "3");
    CHECK(live(from_field) == 1);
    CHECK(live(without_field) == 3);
    Settings in_code = from_field;
    in_code.workers = 2;
    CHECK(live(in_code) == 2);
  }
  const ScopedVariable unset(kVariable, nullptr);
  CHECK(live(without_field) == 4);
}

TEST_CASE("A2: a model with 2 workers and a model with none live side by side") {
  Pool<Actor> a(actor_settings(2));
  Pool<Actor> b(actor_settings(0));
  CHECK(own_children() == pids_of(a.stats()));
  CHECK(whole(a, "pid") != getpid());
  CHECK(whole(b, "pid") == getpid());
  CHECK(a.infer(Request{{"x", floats(5, 1)}})["x"] == b.infer(Request{{"x", floats(5, 1)}})["x"]);
}

TEST_CASE(
    "A6: unloading leaves no process and does not touch another model, and the same settings load "
    "again") {
  Pool<Actor> other(actor_settings(2));
  const std::vector<int> others = pids_of(other.stats());
  const Footprint before;
  const Settings settings = actor_settings(2);
  for (int round = 0; round < 2; ++round) {
    {
      Pool<Actor> pool(settings);
      CHECK(pool.infer(Request{{"x", floats(1, 1)}})["x"] == floats(1, 1));
      CHECK(own_children().size() == 4);
    }
    CHECK(Footprint() == before);
    CHECK(pids_of(other.stats()) == others);
    CHECK(other.infer(Request{{"x", floats(1, 2)}})["x"] == floats(1, 2));
  }
}

TEST_CASE("A6: a closed pool has no process and says so") {
  Pool<Actor> pool(actor_settings(2));
  pool.close();
  CHECK(own_children().empty());
  CHECK(pool.health().state == PoolState::kStopped);
  CHECK(pool.health().live == 0);
  CHECK(error_of([&] { return pool.infer({}); }).code() == ErrorCode::kStopped);
  CHECK(error_of([&] { return pool.submit({}).get(); }).code() == ErrorCode::kStopped);
  pool.close();
}

TEST_CASE("A15: the number of requests in flight is observable and returns to 0") {
  const int workers = GENERATE(0, 2);
  Pool<ThreadSafeActor> pool(settings_for("thread_safe_worker", workers));
  CHECK(pool.stats().in_flight == 0);
  OwnGate gate;
  auto one = infer_aside(pool, gate.pass());
  auto two = infer_aside(pool, gate.pass());
  REQUIRE(gate.reached_by(2));
  CHECK(pool.stats().in_flight == 2);
  CHECK(pool.stats().queued == 0);
  gate.admit(1);
  CHECK(eventually([&] { return pool.stats().in_flight == 1; }));
  gate.open();
  one.get();
  two.get();
  CHECK(pool.stats().in_flight == 0);
  CHECK(pool.stats().succeeded == 2);
}

// What the pool's only worker runs, and for how long.
template <typename P>
Duration running_for(const P& pool) {
  return pool.stats().workers.at(0).running_for;
}

TEST_CASE("running_for grows while a worker runs a request, and is 0 when it has none") {
  Pool<Actor> pool(actor_settings(2));
  OwnGate gate;
  const auto before = Clock::now();
  auto held = pool.submit(gate.pass());
  REQUIRE(gate.reached_by(1));
  const auto begun = Clock::now();
  const auto busy = [&] {
    std::vector<WorkerStats> workers = pool.stats().workers;
    if (workers[0].in_flight == 0) std::swap(workers[0], workers[1]);
    CHECK(workers[1].running_for == 0ns);
    return workers[0].running_for;
  };
  for (const auto least : {1ms, 50ms, 100ms}) {
    REQUIRE(eventually([&] { return busy() >= least; }));
    const auto asked = Clock::now();
    const Duration running = busy();
    CHECK(running >= asked - begun - 2ms);
    CHECK(running <= Clock::now() - before + 2ms);
  }
  gate.open();
  held.get();
  for (const WorkerStats& worker : pool.stats().workers) CHECK(worker.running_for == 0ns);
}

TEST_CASE("running_for of a request that waited for its turn leaves out the wait") {
  Pool<Actor> pool(actor_settings(1));
  OwnGate gate;
  auto first = pool.submit(gate.pass());
  REQUIRE(gate.reached_by(1));
  auto second = pool.submit(gate.pass());
  REQUIRE(eventually([&] { return running_for(pool) >= 200ms; }));
  const auto released = Clock::now();
  gate.admit(1);
  first.get();
  REQUIRE(gate.reached_by(2));
  CHECK(running_for(pool) > 0ns);
  CHECK(running_for(pool) <= Clock::now() - released + 2ms);
  gate.open();
  second.get();
}

TEST_CASE("running_for goes on while a worker runs what nobody waits for any more") {
  Pool<Actor> pool(actor_settings(1));
  OwnGate gate;
  std::stop_source stop;
  auto call = pool.submit(gate.pass(), {.stop = stop.get_token()});
  REQUIRE(gate.reached_by(1));
  stop.request_stop();
  CHECK(error_of([&] { return call.get(); }).code() == ErrorCode::kCancelled);
  CHECK(pool.stats().workers.at(0).state == WorkerState::kLate);
  CHECK(eventually([&] { return running_for(pool) >= 100ms; }));
  gate.open();
  CHECK(eventually([&] { return running_for(pool) == 0ns; }));
}

TEST_CASE("B12: each worker knows its index and generation, and keeps the index over a restart") {
  Pool<Actor> pool(actor_settings(2));
  OwnGate gate;
  auto held = pool.submit(gate.pass());  // so that the answers below come from the other worker
  REQUIRE(gate.reached_by(1));
  const auto index = whole(pool, "index");
  const auto generation = whole(pool, "generation");
  const auto pid = static_cast<int>(whole(pool, "pid"));
  CHECK((index == 0 || index == 1));
  CHECK((generation == 1 || generation == 2));
  const WorkerStats told = pool.stats().workers.at(static_cast<std::size_t>(index));
  CHECK(told.index == index);
  CHECK(told.generation == generation);
  CHECK(told.pid == pid);

  REQUIRE(kill(pid, SIGKILL) == 0);
  REQUIRE(eventually([&] { return pool.health().restarts == 1 && pool.health().live == 2; }));
  CHECK(whole(pool, "index") == index);
  CHECK(whole(pool, "generation") == 3);
  CHECK(whole(pool, "pid") != pid);
  gate.open();
  held.get();
}

TEST_CASE(
    "B13: health tells live and total workers, 0 live is not ready, and restarts are counted") {
  OwnGate load;
  load.admit(1);
  Settings settings = actor_settings(1);
  settings.uri = load.path();
  Pool<Actor> pool(settings);
  CHECK(pool.health().state == PoolState::kReady);
  CHECK(pool.health().live == 1);
  CHECK(pool.health().total == 1);
  CHECK(pool.health().restarts == 0);
  CHECK_FALSE(pool.health().last_failure);

  REQUIRE(kill(pool.stats().workers.at(0).pid, SIGKILL) == 0);
  REQUIRE(load.reached_by(2));  // the successor loads
  CHECK(pool.health().state == PoolState::kUnavailable);
  CHECK(pool.health().live == 0);
  CHECK(pool.health().total == 1);
  CHECK(pool.stats().workers.at(0).state == WorkerState::kStarting);
  CHECK_FALSE(pool.wait_ready(std::chrono::steady_clock::now()));
  REQUIRE(pool.health().last_failure);
  CHECK(pool.health().last_failure->code() == ErrorCode::kWorkerLost);
  CHECK(pool.health().last_failure->details().signal == SIGKILL);

  load.open();
  CHECK(pool.wait_ready(std::chrono::steady_clock::now() + 30s));
  CHECK(pool.health().state == PoolState::kReady);
  CHECK(pool.health().restarts == 1);
  CHECK(pool.stats().restarts == 1);
  CHECK(pool.stats().deaths == 1);
}

TEST_CASE("B13: a pool in the host counts no workers and is ready") {
  const Pool<Actor> pool(actor_settings(0));
  CHECK(pool.health().state == PoolState::kReady);
  CHECK(pool.health().live == 0);
  CHECK(pool.health().total == 0);
}

TEST_CASE(
    "a model's constructor is told its settings, and runs where predict does: on the main thread") {
  const int workers = GENERATE(0, 1);
  Settings settings = actor_settings(workers);
  settings.extra = R"({"threshold":0.5})";
  Pool<Actor> pool(settings);
  const Response who = pool.infer(act("who"));
  CHECK(std::get<std::string>(who.parameters.at("extra")) == R"({"threshold":0.5})");
  CHECK(std::get<bool>(who.parameters.at("main thread")));
  CHECK(std::get<std::int64_t>(who.parameters.at("generation")) == workers);
  CHECK(std::get<std::int64_t>(who.parameters.at("index")) == 0);
}

}  // namespace
}  // namespace inferpool::test
