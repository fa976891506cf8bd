// SPDX-License-Identifier: Apache-2.0
// How a fleet ends.
#include "unit/pool/fleet/fake_fleet.hpp"

namespace inferpool::pool::fleet {
namespace {

using Log = FakeFleet::Log;

Settings drained_in(Duration time) {
  Settings settings = with_workers(2);
  settings.drain_timeout = time;
  return settings;
}

TEST_CASE("a fleet that closes lets calls end, then asks its workers to leave, and is over") {
  FakeFleet pool(drained_in(10s));
  pool.start();
  pool.is_drained = false;
  pool.fleet.close(pool.now);
  pool.pass(1s);
  CHECK(pool.news() == Log{});
  pool.is_drained = true;
  pool.pass(2ms);
  CHECK(pool.news() == Log{"leave 1", "leave 2"});
  pool.end(1, 0);
  CHECK_FALSE(pool.fleet.over());
  pool.end(2, 0);
  CHECK(pool.fleet.over());
  CHECK(pool.news() == Log{"lose 0/1", "lose 1/2"});  // and no event
  CHECK(pool.status().deaths == 0);
}

TEST_CASE("a worker that has not left when drain_timeout has passed is killed") {
  FakeFleet pool(drained_in(1s));
  pool.start();
  pool.fleet.close(pool.now);
  pool.pass(0s);
  CHECK(pool.news() == Log{"leave 1", "leave 2"});
  pool.end(1, 0);
  pool.news();
  pool.pass(1s);
  CHECK(pool.news() == Log{"kill 2: the pool closed and drain_timeout passed"});
  pool.end(2, 9, "the pool closed");
  CHECK(pool.fleet.over());
}

TEST_CASE("a starting worker is killed at once, one that is being made as soon as it is made") {
  FakeFleet pool(drained_in(1s));
  pool.fleet.start();
  pool.spawned(1);
  pool.news();
  pool.fleet.close(pool.now);
  pool.pass(0s);
  CHECK(pool.news() == Log{"kill 1: the pool closed"});
  pool.end(1, 9, "the pool closed");
  CHECK_FALSE(pool.fleet.over());
  pool.spawned(2);
  pool.pass(2ms);
  pool.end(2, 9, "the pool closed");
  CHECK(pool.fleet.over());
}

TEST_CASE("the death of a worker while the pool closes is reported, and none follows it") {
  FakeFleet pool(drained_in(10s));
  pool.start();
  pool.is_drained = false;
  pool.fleet.close(pool.now);
  pool.pass(0s);
  pool.end(1);
  CHECK(pool.news() == Log{"lose 0/1", "event died"});
  pool.pass(1s);
  CHECK(pool.news() == Log{});
}

TEST_CASE("closing twice keeps the first deadline") {
  FakeFleet pool(drained_in(1s));
  pool.start();
  pool.is_drained = false;
  pool.fleet.close(pool.now);
  pool.pass(500ms);
  pool.fleet.close(pool.now);
  pool.pass(500ms);
  CHECK(pool.news().front() == "stop calls");
}

}  // namespace
}  // namespace inferpool::pool::fleet
