// SPDX-License-Identifier: Apache-2.0
#include "pool/watched_worker.hpp"

#include "catch.hpp"
#include "unit/pool/processes/idle_worker.hpp"

namespace inferpool::pool {
namespace {

using namespace std::chrono_literals;

constexpr core::TimePoint kNow{1h};

TEST_CASE("a quiet worker with a pidfd is looked at only when something comes from it") {
  const test::IdleWorker idle;
  const WatchedWorker watched{.worker = idle.handle()};
  REQUIRE(idle.handle()->pidfd() >= 0);
  CHECK_FALSE(watched.by_looking());
  CHECK_FALSE(watched.next_look(kNow));
}

TEST_CASE("a worker that ended and cannot be reaped is looked at once a second") {
  const test::IdleWorker idle;
  const WatchedWorker watched{.worker = idle.handle(), .lost = true, .unreaped_since = kNow};
  CHECK(watched.by_looking());
  CHECK(watched.next_look(kNow) == kNow + 1s);
}

TEST_CASE("a worker that ended has a moment to become one that can be reaped") {
  const test::IdleWorker idle;
  WatchedWorker watched{.worker = idle.handle()};
  CHECK_FALSE(watched.unreaped_for_long(kNow));
  CHECK(watched.next_look(kNow) == kNow + 10ms);
  CHECK_FALSE(watched.unreaped_for_long(kNow + 499ms));
  CHECK(watched.unreaped_for_long(kNow + 500ms));
}

}  // namespace
}  // namespace inferpool::pool
