// SPDX-License-Identifier: Apache-2.0
#include "pool/dispatch/latency.hpp"

#include <thread>
#include <vector>

#include "catch.hpp"

namespace inferpool::pool::dispatch {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kMost = ~std::uint64_t{0};

// Encoded in 10 ticks, queued for 20, answered 300 later, decoded in 40.
constexpr CallTicks kCall{
    .begun = 1000, .admitted = 1010, .turn = 1030, .seen = 1330, .decoded = 1370};

std::uint64_t sum(const StageTicks& stages) {
  return stages.copy_in + stages.queue + stages.wake + stages.run + stages.copy_out;
}

TEST_CASE("the stages of a call lie between its marks, and both wake-ups are one of them") {
  const StageTicks stages = stages_of(kCall, {.started = 1035, .ended = 1328});
  CHECK(stages.copy_in == 10);
  CHECK(stages.queue == 20);
  CHECK(stages.wake == 5 + 2);
  CHECK(stages.run == 293);
  CHECK(stages.copy_out == 40);
}

TEST_CASE("a call that was posted at once was not queued") {
  CallTicks call = kCall;
  call.turn = call.admitted;
  CHECK(stages_of(call, {.started = 1035, .ended = 1328}).queue == 0);
}

TEST_CASE("a call that was posted ahead is queued until its worker starts it") {
  CallTicks call = kCall;
  call.turn = 0;
  const StageTicks stages = stages_of(call, {.started = 1300, .ended = 1328});
  CHECK(stages.queue == 290);
  CHECK(stages.wake == 2);
  CHECK(stages.run == 28);
}

TEST_CASE("whatever a worker says of its run, the stages are as long as the call") {
  const std::uint64_t claims[] = {0,    1,    999,  1000, 1011,          1030,      1031,
                                  1329, 1330, 1331, 2000, kMost / 2 + 1, kMost - 1, kMost};
  for (const std::uint64_t turn : {std::uint64_t{0}, kCall.turn}) {
    for (const std::uint64_t started : claims) {
      for (const std::uint64_t ended : claims) {
        CallTicks call = kCall;
        call.turn = turn;
        const StageTicks stages = stages_of(call, {started, ended});
        CAPTURE(turn, started, ended);
        REQUIRE(sum(stages) == 370);
        REQUIRE(stages.copy_in == 10);
        REQUIRE(stages.copy_out == 40);
        REQUIRE(stages.queue <= 320);  // so none of them is below zero
        REQUIRE(stages.wake <= 320);
        REQUIRE(stages.run <= 320);
        if (turn != 0) REQUIRE(stages.queue == 20);
      }
    }
  }
}

TEST_CASE("marks of processors whose clocks differ give no negative stage") {
  const CallTicks behind{.begun = 1000, .admitted = 990, .turn = 1500, .seen = 980, .decoded = 970};
  const StageTicks stages = stages_of(behind, {.started = 5, .ended = 4});
  CHECK(sum(stages) == 0);
}

void spend(Duration time) {
  const core::TimePoint start = core::Clock::now();
  while (core::Clock::now() - start < time) std::this_thread::yield();
}

// The same moment by both clocks.
struct Moment {
  core::TimePoint time;
  std::uint64_t ticks;
};

Moment this_moment() {
  for (;;) {
    const core::TimePoint before = core::Clock::now();
    const std::uint64_t ticks = core::ticks();
    if (core::Clock::now() - before < 100us) return {before, ticks};
  }  // again: the thread lost its processor between the two
}

TEST_CASE("ticks become time at the rate of the monotonic clock") {
  const core::TickRate rate;
  const Moment start = this_moment();
  spend(20ms);
  const Moment end = this_moment();
  const std::chrono::duration<double> counted = rate.to_duration(end.ticks - start.ticks);
  const std::chrono::duration<double> elapsed = end.time - start.time;
  CHECK(counted.count() == test::Approx(elapsed.count()).epsilon(0.05));
  CHECK(rate.to_duration(0) == 0ns);
}

TEST_CASE("the rate of ticks is constant once it was measured") {
  const core::TickRate rate;
  spend(2ms);
  const auto first = rate.to_duration(1'000'000'000'000);
  for (int i = 0; i < 100; ++i) REQUIRE(rate.to_duration(1'000'000'000'000) == first);
}

TEST_CASE("no call has been counted: all figures are 0") {
  Stats stats;
  Latency().report(stats);
  CHECK(stats.latency.count() == 0);
  CHECK(stats.latency_mean == 0ns);
  CHECK(stats.latency_max == 0ns);
  CHECK(stats.stages.run == 0ns);
}

TEST_CASE("the means of the stages add up to the mean latency") {
  Latency latency;
  spend(2ms);  // so that the rate of ticks is known from the first call on
  latency.count({.copy_in = 1'000, .queue = 0, .wake = 3'000, .run = 100'000, .copy_out = 2'000});
  latency.count({.copy_in = 3'000, .queue = 8'000, .wake = 5'000, .run = 300'000, .copy_out = 0});
  Stats stats;
  latency.report(stats);
  const StageTimes& stages = stats.stages;
  const double tick = static_cast<double>(stages.copy_in.count()) / 2'000;  // in nanoseconds
  const auto equals_ticks = [&](double ticks) { return test::Approx(ticks * tick).epsilon(0.01); };
  CHECK(tick > 0);
  CHECK(static_cast<double>(stages.queue.count()) == equals_ticks(4'000));
  CHECK(static_cast<double>(stages.wake.count()) == equals_ticks(4'000));
  CHECK(static_cast<double>(stages.run.count()) == equals_ticks(200'000));
  CHECK(static_cast<double>(stages.copy_out.count()) == equals_ticks(1'000));
  CHECK(static_cast<double>(stats.latency_mean.count()) == equals_ticks(211'000));
  CHECK(static_cast<double>(stats.latency_max.count()) == equals_ticks(316'000));
  const Duration sum = stages.copy_in + stages.queue + stages.wake + stages.run + stages.copy_out;
  CHECK(stats.latency_mean - sum >= 0ns);
  CHECK(stats.latency_mean - sum <= 5ns);
  CHECK(stats.latency.count() == 2);
  CHECK(stats.latency.sum() / 2 == stats.latency_mean);
}

TEST_CASE("a call lies in the bucket of its latency, all stages together") {
  Latency latency;
  spend(2ms);
  for (int i = 0; i < 3; ++i)
    latency.count({.copy_in = 100'000, .queue = 100'000, .wake = 0, .run = 50'000, .copy_out = 5});
  Stats stats;
  latency.report(stats);
  CHECK(stats.latency.quantile(0) == stats.latency.quantile(1));
  CHECK(stats.latency.quantile(1) >= stats.latency_max);
  CHECK(stats.latency.quantile(1) <= stats.latency_max * 5 / 4 + 1ns);
  CHECK(stats.latency_max >= stats.latency_mean);
  CHECK(stats.latency_max - stats.latency_mean <= 5ns);
}

}  // namespace
}  // namespace inferpool::pool::dispatch
