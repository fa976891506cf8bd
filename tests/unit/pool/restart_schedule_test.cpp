// SPDX-License-Identifier: Apache-2.0
#include "pool/restart_schedule.hpp"

#include <chrono>
#include <set>

#include "catch.hpp"

namespace inferpool::pool {
namespace {

using namespace std::chrono_literals;

const TimePoint kNow{1000s};

RestartBackoff backoff() { return {.first = 10ms, .limit = 1s, .breaker = 5}; }

TEST_CASE("the successor of a worker that had been ready starts at once") {
  RestartSchedule schedule(backoff(), 1);
  CHECK(schedule.after_death(kNow) == kNow);
  CHECK(schedule.failures_in_a_row() == 0);
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
    CHECK(schedule.failures_in_a_row() == failure);
    expected = std::min<Duration>(expected * 2, 1s);
  }
}

TEST_CASE("reaching ready forgets the failures") {
  RestartSchedule schedule(backoff(), 3);
  for (int i = 0; i < 6; ++i) static_cast<void>(schedule.after_failed_start(kNow));
  schedule.ready();
  CHECK(schedule.failures_in_a_row() == 0);
  CHECK(schedule.after_failed_start(kNow) - kNow <= 12500us);
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
}  // namespace inferpool::pool
