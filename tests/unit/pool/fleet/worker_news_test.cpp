// SPDX-License-Identifier: Apache-2.0
#include "pool/fleet/worker_news.hpp"

#include <string>

#include "catch.hpp"

namespace inferpool::pool::fleet {
namespace {

TEST_CASE("an event of a living worker names its process") {
  Member member;
  member.index = 2;
  member.generation = 7;
  member.pid = 71;
  const Event event = event_of(EventKind::kReady, member);
  CHECK(event.kind == EventKind::kReady);
  CHECK(event.worker_index == 2);
  CHECK(event.generation == 7);
  CHECK(event.pid == 71);
  CHECK_FALSE(event.error);
}

TEST_CASE("an event of a worker that ended names its process and why it ended") {
  const reports::WorkerEnd end{.index = 2, .generation = 7, .pid = 71};
  const Event event = event_of(EventKind::kDied, end, Error(ErrorCode::kWorkerLost, "it fell"));
  CHECK(event.kind == EventKind::kDied);
  CHECK(event.worker_index == 2);
  CHECK(event.generation == 7);
  CHECK(event.pid == 71);
  CHECK(event.error.value().what() == std::string("worker_lost: it fell"));
  CHECK_FALSE(event_of(EventKind::kRecycled, end).error);
}

}  // namespace
}  // namespace inferpool::pool::fleet
