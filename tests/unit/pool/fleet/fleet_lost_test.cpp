// SPDX-License-Identifier: Apache-2.0
// Processes that SIGKILL does not end, or that have ended and cannot be reaped.
#include "unit/pool/fleet/fake_fleet.hpp"

namespace inferpool::pool::fleet {
namespace {

using Log = FakeFleet::Log;
using test::contains;

TEST_CASE("a worker that outlives SIGKILL loses its calls after a grace, and is replaced", "[H2]") {
  FakeFleet pool(with_workers(2));
  pool.start();
  pool.fleet.killed(1, pool.now);
  pool.pass(process::kKillGrace - 1ns);
  CHECK(pool.news() == Log{});
  pool.pass(1ns);
  CHECK(pool.news() == Log{"lose 0/1", "event died", "event restarting", "spawn 0/3"});
  CHECK_THAT(pool.status().last_failure->what(),
             contains("worker 0 (pid 101) did not end after SIGKILL") &&
                 contains("sleeps uninterruptibly"));
  CHECK(pool.fleet.lost() == 1);
  CHECK(pool.status().live == 1);
  CHECK(pool.status().workers.size() == 2);
  pool.make_ready(3);
  CHECK(pool.status().live == 2);
}

TEST_CASE("when the kernel reports the end of a lost worker at last, no event tells of it",
          "[H2]") {
  FakeFleet pool(with_workers(2));
  pool.start();
  pool.fleet.killed(1, pool.now);
  pool.pass(process::kKillGrace);
  pool.news();
  pool.end(1);
  CHECK(pool.news() == Log{});
  CHECK(pool.fleet.lost() == 0);
}

TEST_CASE("a start that outlives SIGKILL has failed after a grace", "[H2]") {
  Settings settings = with_workers(1);
  settings.start_in_background = false;
  settings.startup_timeout = 5s;
  FakeFleet pool(settings);
  pool.fleet.start();
  pool.spawned(1);
  pool.pass(5s);
  pool.news();
  pool.pass(process::kKillGrace);
  CHECK(pool.news() == Log{"lose 0/1", "event start_failed", "refuse", "event breaker_opened"});
  REQUIRE(pool.status().failed_start);
  CHECK_THAT(pool.status().failed_start->what(), contains("did not end after SIGKILL"));
}

TEST_CASE("as many workers are lost as the pool has, then none is started and calls are refused",
          "[H2]") {
  FakeFleet pool(with_workers(2));
  pool.start();
  pool.fleet.killed(1, pool.now);
  pool.fleet.killed(2, pool.now);
  pool.pass(process::kKillGrace);
  pool.pass(10s);
  CHECK(pool.fleet.lost() == 2);
  const Log news = pool.news();
  CHECK(std::ranges::count(news, "refuse") == 1);
  CHECK(std::ranges::none_of(news,
                             [](const std::string& line) { return line.starts_with("spawn"); }));
  CHECK_THAT(pool.refusal, contains("none is started before the kernel has ended one of the 2"));
  pool.end(1);
  pool.pass(0s);
  CHECK(pool.news() == Log{"spawn 0/3"});  // one for one
  pool.make_ready(3);
  pool.pass(0s);
  CHECK(pool.news() ==
        Log{"event started", "serve 0/3", "event ready", "event breaker_closed", "spawn 1/4"});
}

TEST_CASE("a process that has ended and that somebody else must reap is lost at once", "[H3]") {
  FakeFleet pool(with_workers(2));
  pool.start();
  reports::WorkerEnd end = pool.end_of(2);
  end.lost = reports::Lost::kUnreaped;
  pool.fleet.ended(end, pool.now);
  CHECK(pool.news() == Log{"lose 1/2", "event died", "event restarting"});
  CHECK_THAT(pool.status().last_failure->what(), contains("a debugger keeps its status"));
  pool.fleet.ended(end, pool.now);
  CHECK(pool.fleet.lost() == 1);
  CHECK(pool.news() == Log{});
  pool.end(2);
  CHECK(pool.fleet.lost() == 0);
}

TEST_CASE("a successor that is lost has not started, a worker that retires has not left", "[H2]") {
  Settings settings = with_workers(2);
  settings.max_requests = 1;
  FakeFleet pool(settings);
  pool.start();
  pool.answers[0] = 1;
  pool.pass(50ms);
  pool.spawned(3);
  pool.news();
  SECTION("the successor") {
    pool.fleet.killed(3, pool.now);
    pool.pass(process::kKillGrace);
    CHECK(pool.news() == Log{"event start_failed", "event restarting"});
    CHECK(pool.status().live == 2);
  }
  SECTION("the one that retires") {
    pool.idle = false;
    pool.fleet.ready(3, pool.now);
    pool.news();
    pool.fleet.killed(1, pool.now);
    pool.answers[0] = 0;
    pool.pass(process::kKillGrace);
    CHECK(pool.news() == Log{"lose retiring 0/1", "event died"});
    CHECK(pool.status().workers.size() == 2);
  }
}

TEST_CASE("a fleet that closes does not wait for the lost", "[H2]") {
  Settings settings = with_workers(2);
  settings.drain_timeout = 1s;
  FakeFleet pool(settings);
  pool.start();
  pool.is_drained = false;
  pool.fleet.close(pool.now);
  pool.pass(1s);
  CHECK(pool.news() == Log{"stop calls", "kill 1: the pool closed and drain_timeout passed",
                           "kill 2: the pool closed and drain_timeout passed"});
  pool.end(1, 9, "the pool closed");
  CHECK_FALSE(pool.fleet.over());
  pool.pass(process::kKillGrace);
  CHECK(pool.fleet.over());
  CHECK(pool.fleet.lost() == 1);
}

}  // namespace
}  // namespace inferpool::pool::fleet
