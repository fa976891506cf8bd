// SPDX-License-Identifier: Apache-2.0
#include "pool/fleet/restart_schedule.hpp"

#include <chrono>
#include <set>

#include "catch.hpp"

namespace inferpool::pool::fleet {
namespace {

using namespace std::chrono_literals;

const core::TimePoint kNow{1000s};

RestartBackoff backoff() { return {.first = 10ms, .limit = 1s, .breaker = 5}; }

// How long the successor of a worker that became ready `lived` ago waits until its start.
Duration after(RestartSchedule& schedule, Duration lived, bool useful) {
  schedule.ready(kNow);
  return schedule.after_death(kNow + lived, useful) - (kNow + lived);
}

TEST_CASE("the successor of a worker that had answered starts at once, however soon it ended") {
  RestartSchedule schedule(backoff(), 1);
  for (int i = 0; i < 10; ++i) CHECK(after(schedule, 1ms, true) == 0s);
}

TEST_CASE("the successor of a worker that had lived for a second starts at once") {
  RestartSchedule schedule(backoff(), 1);
  for (int i = 0; i < 10; ++i) CHECK(after(schedule, 1s, false) == 0s);
}

TEST_CASE(
    "if workers end as soon as they are ready, the first successor starts at once, the others ever "
    "later") {
  RestartSchedule schedule(backoff(), 5);
  CHECK(after(schedule, 999ms, false) == 0s);
  Duration expected = 10ms;
  for (int death = 1; death <= 12; ++death) {
    const Duration delay = after(schedule, 1ms, false);
    INFO("death " << death << ", delay " << delay.count() << " ns");
    CHECK(delay >= expected * 3 / 4);
    CHECK(delay <= expected * 5 / 4);
    expected = std::min<Duration>(expected * 2, 1s);
  }
  CHECK(after(schedule, 1ms, true) == 0s);
  CHECK(after(schedule, 1ms, false) == 0s);
  CHECK(after(schedule, 1ms, false) <= 12500us);
}

TEST_CASE(
    "after each failed start in a row the delay doubles up to the limit, give or take a quarter") {
  RestartSchedule schedule(backoff(), 7);
  Duration expected = 10ms;
  for (int failure = 1; failure <= 12; ++failure) {
    const Duration delay = schedule.after_failed_start(kNow) - kNow;
    INFO("failure " << failure << ", delay " << delay.count() << " ns");
    CHECK(delay >= expected * 3 / 4);
    CHECK(delay <= expected * 5 / 4);
    expected = std::min<Duration>(expected * 2, 1s);
  }
}

TEST_CASE("a worker that answered, or lived for a second, ends the row of failures") {
  const bool useful = GENERATE(false, true);
  RestartSchedule schedule(backoff(), 3);
  for (int i = 0; i < 6; ++i) static_cast<void>(schedule.after_failed_start(kNow));
  CHECK(after(schedule, useful ? Duration(1ms) : Duration(1s), useful) == 0s);
  CHECK(schedule.after_failed_start(kNow) - kNow <= 12500us);
}

TEST_CASE("being ready for a moment does not end the row of failures") {
  RestartSchedule schedule(backoff(), 3);
  for (int i = 0; i < 6; ++i) static_cast<void>(schedule.after_failed_start(kNow));
  CHECK(after(schedule, 1ms, false) == 0s);
  CHECK(schedule.after_failed_start(kNow) - kNow >= 480ms);
}

TEST_CASE("pools that fail together do not start together") {
  std::set<Duration::rep> delays;
  for (unsigned seed = 1; seed <= 20; ++seed) {
    RestartSchedule schedule(backoff(), seed);
    delays.insert((schedule.after_failed_start(kNow) - kNow).count());
  }
  CHECK(delays.size() >= 18);
}

}  // namespace
}  // namespace inferpool::pool::fleet
