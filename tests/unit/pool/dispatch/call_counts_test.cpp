// SPDX-License-Identifier: Apache-2.0
#include "pool/dispatch/call_counts.hpp"

#include "catch.hpp"

namespace inferpool::pool::dispatch {
namespace {

Stats report(const CallCounts& counts) {
  Stats stats;
  counts.report(stats);
  return stats;
}

TEST_CASE("each call is counted when it begins and when it ends, and is under way in between") {
  CallCounts counts;
  CHECK(counts.begin() == 1);
  CHECK(counts.begin() == 2);
  CHECK(counts.begin() == 3);
  CHECK(counts.under_way() == 3);
  counts.succeed();
  counts.fail();
  CHECK(counts.under_way() == 1);
  const Stats stats = report(counts);
  CHECK(stats.requests == 3);
  CHECK(stats.succeeded == 1);
  CHECK(stats.failed == 1);
}

TEST_CASE("a call that turns out to be something else is still counted once") {
  CallCounts counts;
  counts.begin();
  counts.succeed();
  counts.turn_into_failure();
  CHECK(report(counts).succeeded == 0);
  CHECK(report(counts).failed == 1);
  counts.turn_into_success();
  CHECK(report(counts).succeeded == 1);
  CHECK(report(counts).failed == 0);
  CHECK(counts.under_way() == 0);
}

TEST_CASE("what happens to calls on their way is counted beside how they end, and their times") {
  CallCounts counts;
  counts.poison();
  counts.retry();
  counts.retry();
  counts.be_late();
  counts.time({.run = 1'000'000});
  const Stats stats = report(counts);
  CHECK(stats.poisoned == 1);
  CHECK(stats.retried == 2);
  CHECK(stats.late == 1);
  CHECK(stats.latency.count() == 1);
  CHECK(stats.requests == 0);
}

}  // namespace
}  // namespace inferpool::pool::dispatch
