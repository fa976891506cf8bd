// SPDX-License-Identifier: Apache-2.0
// Starts that fail, and when the next one comes; the breaker.
#include "unit/pool/fleet/fake_fleet.hpp"

namespace inferpool::pool::fleet {
namespace {

using Log = FakeFleet::Log;
using test::contains;

Settings one_worker(int breaker = 3) {
  Settings settings = with_workers(1);
  settings.restart_backoff = {.first = 10ms, .limit = 1s, .breaker = breaker};
  settings.startup_timeout = 5s;
  return settings;
}

TEST_CASE("a failed start is reported, and the next one waits, ever longer") {
  FakeFleet pool(one_worker(100));
  pool.fleet.start();
  Duration expected = 10ms;
  for (int generation = 1; generation <= 10; ++generation) {
    pool.spawned(generation);
    pool.news();
    pool.end(generation);
    CHECK(pool.news() ==
          Log{"lose 0/" + std::to_string(generation), "event start_failed", "event restarting"});
    CHECK(pool.events.back().delay >= expected * 3 / 4);
    CHECK(pool.events.back().delay <= expected * 5 / 4);
    pool.pass(pool.events.back().delay - 1ns);
    CHECK(pool.news() == Log{});
    pool.pass(1ns);
    CHECK(pool.news() == Log{"spawn 0/" + std::to_string(generation + 1)});
    expected = std::min<Duration>(expected * 2, 1s);
  }
  CHECK(pool.status().deaths == 0);
}

TEST_CASE("a process that cannot be made is a start that failed") {
  FakeFleet pool(one_worker());
  pool.fleet.start();
  pool.news();
  pool.not_spawned(1);
  CHECK(pool.news() == Log{"event start_failed", "event restarting"});
  CHECK(pool.status().workers[0].state == WorkerState::kDown);
  CHECK_THAT(pool.status().last_failure->what(), contains("no process"));
  pool.pass(1s);
  CHECK(pool.news() == Log{"spawn 0/2"});
}

TEST_CASE("after so many starts that failed in a row calls are refused, until one is ready") {
  FakeFleet pool(one_worker());
  pool.start();
  pool.end(1);
  pool.pass(0s);
  pool.news();
  for (int generation = 2; generation <= 3; ++generation) {
    pool.not_spawned(generation);
    pool.pass(2s);
  }
  pool.news();
  pool.not_spawned(4);
  CHECK(pool.news() ==
        Log{"event start_failed", "refuse", "event breaker_opened", "event restarting"});
  CHECK_THAT(pool.refusal, contains("the last 3 starts failed (restart_backoff.breaker is 3)") &&
                               contains("no process"));
  pool.pass(2s);
  pool.news();
  pool.make_ready(5);
  CHECK(pool.news() == Log{"event started", "serve 0/5", "event ready", "event breaker_closed"});
}

TEST_CASE("while another worker lives no call is refused") {
  Settings settings = one_worker(1);
  settings.workers = 2;
  FakeFleet pool(settings);
  pool.start();
  pool.end(1);
  pool.pass(0s);
  pool.news();
  pool.not_spawned(3);
  CHECK(pool.news() == Log{"event start_failed", "event restarting"});
}

TEST_CASE("a worker that is not ready within startup_timeout is killed, and its step is reported") {
  FakeFleet pool(one_worker());
  const bool loading = GENERATE(false, true);
  pool.fleet.start();
  pool.spawned(1);
  if (loading) pool.fleet.loads(1);
  pool.news();
  pool.pass(5s - 1ns);
  CHECK(pool.news() == Log{});
  pool.pass(1ns);
  CHECK(pool.news() ==
        Log{std::string("kill 1: it was not ready within startup_timeout (5 s), while ") +
            (loading ? "its model loaded" : "it shook hands")});
  pool.pass(1s);
  CHECK(pool.news() == Log{});  // it is killed once
}

TEST_CASE("where the constructor waits, the first start that fails ends all starts") {
  Settings settings = one_worker();
  settings.workers = 2;
  settings.start_in_background = false;
  FakeFleet pool(settings);
  pool.fleet.start();
  pool.make_ready(1);
  pool.spawned(2);
  pool.news();
  pool.end(2);
  CHECK(pool.news() == Log{"lose 1/2", "event start_failed"});
  CHECK(pool.status().failed_start);
  pool.pass(10s);
  CHECK(pool.news() == Log{});
}

TEST_CASE("where the constructor waits, a worker that dies before all are ready has not started") {
  Settings settings = one_worker();
  settings.workers = 2;
  settings.start_in_background = false;
  FakeFleet pool(settings);
  pool.fleet.start();
  pool.make_ready(1);
  pool.news();
  pool.end(1);
  CHECK(pool.news() == Log{"lose 0/1", "event start_failed"});
  CHECK_THAT(pool.status().failed_start->what(), contains("right after it was ready"));
}

TEST_CASE("if workers end as soon as they are ready all successors but the first wait") {
  FakeFleet pool(one_worker(100));
  pool.start();
  pool.end(1);
  CHECK(pool.events.back().delay == 0s);
  pool.pass(0s);
  pool.make_ready(2);
  pool.end(2);
  CHECK(pool.events.back().delay >= 7500us);
}

TEST_CASE("a worker that had answered, or that the pool ended, is replaced at once each time") {
  const bool ended_by_pool = GENERATE(false, true);
  FakeFleet pool(one_worker(100));
  pool.start();
  if (!ended_by_pool) pool.answers[0] = 1;
  for (int generation = 1; generation <= 5; ++generation) {
    pool.end(generation, 1, ended_by_pool ? "it hung" : "");
    CHECK(pool.events.back().delay == 0s);
    pool.pass(0s);
    pool.make_ready(generation + 1);
  }
}

}  // namespace
}  // namespace inferpool::pool::fleet
