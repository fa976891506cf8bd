// SPDX-License-Identifier: Apache-2.0
#include "pool/fleet/fleet.hpp"

#include "unit/pool/fleet/fake_fleet.hpp"

namespace inferpool::pool::fleet {
namespace {

using Log = FakeFleet::Log;
using test::contains;

TEST_CASE("each index gets a process, which serves once it is ready") {
  FakeFleet pool(with_workers(2));
  pool.fleet.start();
  CHECK(pool.news() == Log{"spawn 0/1", "spawn 1/2"});
  pool.spawned(2);
  CHECK(pool.news() == Log{"event started"});
  pool.fleet.loads(2);
  pool.fleet.ready(2, pool.now);
  CHECK(pool.news() == Log{"serve 1/2", "event ready"});
  CHECK(pool.events.back().pid == 102);
  CHECK(pool.status().live == 1);
  CHECK_FALSE(pool.status().was_ready);
  pool.make_ready(1);
  CHECK(pool.status().live == 2);
  CHECK(pool.status().was_ready);
}

TEST_CASE("a death is reported, the worker's calls are lost, and its index gets another at once") {
  FakeFleet pool(with_workers(2));
  pool.start();
  pool.end(2, 3);
  CHECK(pool.news() == Log{"lose 1/2", "event died", "event restarting"});
  CHECK_THAT(pool.events[4].error->what(), contains("exited with status 3"));
  CHECK(pool.events.back().delay == 0s);
  CHECK(pool.status().deaths == 1);
  CHECK(pool.status().live == 1);
  CHECK(pool.status().workers[1].state == WorkerState::kDown);
  CHECK(pool.status().workers[1].generation == 2);
  CHECK(pool.status().workers[1].pid == 0);
  pool.pass(0s);
  CHECK(pool.news() == Log{"spawn 1/3"});
  pool.make_ready(3);
  CHECK(pool.news() == Log{"event started", "serve 1/3", "event ready"});
  CHECK(pool.status().workers[1].generation == 3);
  CHECK(pool.status().starts == 3);
}

TEST_CASE("what a worker said before it ended counts: it was ready, and died") {
  FakeFleet pool(with_workers(1));
  pool.fleet.start();
  pool.spawned(1);
  pool.news();
  reports::WorkerEnd end = pool.end_of(1);
  end.was_ready = true;
  pool.fleet.ended(end, pool.now);
  CHECK(pool.news() ==
        Log{"serve 0/1", "event ready", "lose 0/1", "event died", "event restarting"});
}

TEST_CASE("a late worker is reported once, and anew when it is late again") {
  FakeFleet pool(with_workers(2));
  pool.start();
  pool.fleet.late(1, true);
  pool.fleet.late(1, true);
  CHECK(pool.news() == Log{"event late"});
  CHECK(pool.events.back().generation == 2);
  pool.fleet.late(1, false);
  pool.fleet.late(1, true);
  CHECK(pool.news() == Log{"event late"});
}

TEST_CASE("a worker that hung is counted among the deaths") {
  FakeFleet pool(with_workers(1));
  pool.start();
  reports::WorkerEnd end = pool.end_of(1);
  end.hung = true;
  pool.fleet.ended(end, pool.now);
  CHECK(pool.status().deaths == 1);
  CHECK(pool.status().hung == 1);
}

TEST_CASE("news of a process that nobody knows changes nothing") {
  FakeFleet pool(with_workers(1));
  pool.start();
  pool.fleet.spawned(7, 1, pool.now);
  pool.fleet.ready(7, pool.now);
  pool.fleet.killed(7, pool.now);
  pool.not_spawned(7);
  pool.end(7);
  CHECK(pool.news() == Log{});
  CHECK(pool.status().live == 1);
}

TEST_CASE("a fleet to which nothing happens has nothing to wait for") {
  FakeFleet pool(with_workers(4));
  pool.start();
  CHECK_FALSE(pool.fleet.next_step(pool.now));
}

}  // namespace
}  // namespace inferpool::pool::fleet
