// SPDX-License-Identifier: Apache-2.0
// A worker that has reached a limit, and its successor.
#include "unit/pool/fleet/fake_fleet.hpp"

namespace inferpool::pool::fleet {
namespace {

using Log = FakeFleet::Log;
using test::contains;

Settings recycled_after(int requests, int workers = 2) {
  Settings settings = with_workers(workers);
  settings.max_requests = requests;
  settings.drain_timeout = 5s;
  return settings;
}

// Two workers, the second of which has reached its limit; its successor has been ordered.
struct Recycled : FakeFleet {
  explicit Recycled(const Settings& settings = recycled_after(10)) : FakeFleet(settings) {
    start();
    answers[1] = 10;
    pass(50ms);
    REQUIRE(news() == Log{"spawn 1/3"});
  }
};

TEST_CASE("a successor takes over the index, then the old worker is let go and leaves") {
  Recycled pool;
  CHECK(pool.status().workers.size() == 2);
  pool.spawned(3);
  CHECK(pool.status().workers.at(2).state == WorkerState::kStarting);
  CHECK(pool.status().workers.at(2).index == 1);
  pool.fleet.loads(3);
  pool.idle = false;
  pool.fleet.ready(3, pool.now);
  CHECK(pool.news() == Log{"event started", "replace 1/3", "event ready"});
  CHECK(pool.status().workers[1].generation == 3);
  CHECK(pool.status().workers.at(2).generation == 2);
  CHECK(pool.status().workers.at(2).state == WorkerState::kRetiring);
  CHECK(pool.status().live == 2);
  pool.pass(1s);
  CHECK(pool.news() == Log{});
  pool.idle = true;
  pool.pass(10ms);
  CHECK(pool.news() == Log{"leave 2"});
  pool.end(2, 0);
  CHECK(pool.news() == Log{"lose retiring 1/2", "event recycled"});
  CHECK_THAT(pool.events.back().text, contains("max_requests is 10: it served 10 requests"));
  const FleetStatus status = pool.status();
  CHECK(status.workers.size() == 2);
  CHECK(status.recycled == 1);
  CHECK(status.deaths == 0);
  CHECK(status.starts == 2);
}

TEST_CASE("one worker is recycled at a time, first the one that was ready first") {
  FakeFleet pool(recycled_after(1, 3));
  pool.start();
  for (int place = 0; place < 3; ++place) pool.answers[place] = 5;
  pool.pass(1s);
  CHECK(pool.news() == Log{"spawn 0/4"});
  pool.answers[0] = 0;
  pool.make_ready(4);
  pool.pass(10ms);
  pool.end(1, 0);
  pool.news();
  pool.pass(1s);
  CHECK(pool.news() == Log{"spawn 1/5"});
}

TEST_CASE("a worker that was asked to leave and does not is killed after drain_timeout") {
  Recycled pool;
  pool.make_ready(3);
  pool.pass(10ms);
  pool.news();
  pool.pass(5s);
  CHECK(pool.news() ==
        Log{"kill 2: it was recycled, and did not leave within drain_timeout (5 s)"});
  pool.end(2, 9, "it was recycled");
  CHECK(pool.news() == Log{"lose retiring 1/2", "event recycled"});
  CHECK_THAT(pool.events.back().text, contains("max_requests") && contains("status 9"));
}

TEST_CASE("a worker that dies while it retires is a death, and is not recycled") {
  Recycled pool;
  pool.idle = false;
  pool.make_ready(3);
  pool.news();
  pool.end(2);
  CHECK(pool.news() == Log{"lose retiring 1/2", "event died"});
  CHECK(pool.status().deaths == 1);
  CHECK(pool.status().recycled == 0);
  CHECK(pool.status().live == 2);
}

TEST_CASE("a failed start of a successor is reported, and the old worker goes on") {
  Recycled pool;
  const bool made = GENERATE(false, true);
  if (made) pool.spawned(3);
  pool.news();
  made ? pool.end(3) : pool.not_spawned(3);
  CHECK(pool.news() == Log{"event start_failed", "event restarting"});
  CHECK(pool.status().live == 2);
  CHECK(pool.status().starts == 2);
  pool.pass(pool.events.back().delay);
  pool.pass(50ms);
  CHECK(pool.news() == Log{"spawn 1/4"});
}

TEST_CASE("a successor that is already dead does not replace a worker that lives") {
  Recycled pool;
  pool.spawned(3);
  pool.news();
  reports::WorkerEnd end = pool.end_of(3);
  end.was_ready = true;
  pool.fleet.ended(end, pool.now);
  CHECK(pool.news() == Log{"event start_failed", "event restarting"});
  CHECK_THAT(pool.events[pool.events.size() - 2].error->what(),
             contains("right after it was ready"));
}

TEST_CASE("if the old worker dies first, its index waits for the successor, as for a restart") {
  Recycled pool;
  const bool made = GENERATE(false, true);
  if (made) pool.spawned(3);
  pool.news();
  pool.end(2);
  CHECK(pool.news() == Log{"lose 1/2", "event died"});
  CHECK(pool.status().workers.size() == 2);
  CHECK(pool.status().workers[1].state == (made ? WorkerState::kStarting : WorkerState::kDown));
  made ? pool.fleet.ready(3, pool.now) : pool.make_ready(3);
  CHECK(pool.status().live == 2);
  CHECK(pool.status().starts == 3);
  pool.news();
  pool.answers.clear();
  pool.pass(1s);
  CHECK(pool.news() == Log{});
}

TEST_CASE("a successor that took over the index and does not start is restarted as any other") {
  Recycled pool;
  pool.end(2);
  pool.news();
  pool.not_spawned(3);
  CHECK(pool.news() == Log{"event start_failed", "event restarting"});
  pool.pass(1s);
  CHECK(pool.news() == Log{"spawn 1/4"});
}

TEST_CASE("nobody is recycled before all workers were ready for the first time") {
  Settings settings = recycled_after(1);
  settings.start_in_background = false;
  FakeFleet pool(settings);
  pool.fleet.start();
  pool.make_ready(1);
  pool.answers[0] = 5;
  pool.news();
  pool.pass(1s);
  CHECK(pool.news() == Log{});
}

}  // namespace
}  // namespace inferpool::pool::fleet
