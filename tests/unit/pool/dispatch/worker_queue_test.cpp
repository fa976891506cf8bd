// SPDX-License-Identifier: Apache-2.0
// What the tests of Dispatch do not show.
#include "pool/dispatch/worker_queue.hpp"

#include <array>

#include "catch.hpp"
#include "unit/pool/dispatch/fake_channel.hpp"

namespace inferpool::pool::dispatch {
namespace {

using namespace std::chrono_literals;

constexpr core::TimePoint kNow{1h};

struct Place {
  explicit Place(int concurrency = 1) : queue(3, concurrency) { queue.worker_ready(worker); }
  std::shared_ptr<FakeChannel> worker = std::make_shared<FakeChannel>();
  WorkerQueue queue;
  std::array<Call, 4> calls;
  ipc::WakeList wakes;
};

TEST_CASE("a worker queue without a worker accepts nothing") {
  const WorkerQueue queue(0, 1);
  REQUIRE_FALSE(queue.live());
  REQUIRE_FALSE(queue.accepts());
  REQUIRE_FALSE(queue.accepts_ahead());
  REQUIRE_FALSE(queue.late());
  REQUIRE_FALSE(queue.stalled());
  REQUIRE(queue.ahead() == nullptr);
}

TEST_CASE("a worker queue accepts as many calls as its worker serves, and one ahead") {
  const int concurrency = GENERATE(1, 2, 3);
  Place place(concurrency);
  for (int i = 0; i < concurrency; ++i) {
    REQUIRE(place.queue.accepts());
    REQUIRE(place.queue.ahead() == nullptr);
    place.queue.post(place.calls[static_cast<std::size_t>(i)], place.wakes);
  }
  REQUIRE_FALSE(place.queue.accepts());
  REQUIRE(place.queue.accepts_ahead());
  Call& ahead = place.calls[static_cast<std::size_t>(concurrency)];
  ahead.order = 7;
  place.queue.post(ahead, place.wakes);
  REQUIRE(place.queue.ahead() == &ahead);
  REQUIRE(place.queue.ahead(6) == &ahead);
  REQUIRE(place.queue.ahead(7) == nullptr);
  REQUIRE_FALSE(place.queue.accepts_ahead());
  REQUIRE(place.queue.accepts_ahead(2));
}

TEST_CASE("a posted call knows its worker's index, its slot and the process") {
  Place place;
  place.queue.post(place.calls[0], place.wakes);
  place.queue.post(place.calls[1], place.wakes);
  REQUIRE(place.calls[1].state == CallState::kPosted);
  REQUIRE(place.calls[1].worker == 3);
  REQUIRE(place.calls[1].sequence == 2);
  REQUIRE(place.calls[1].channel == place.worker.get());
}

TEST_CASE("a worker queue is stalled while its idle worker has no room") {
  Place place;
  REQUIRE_FALSE(place.queue.stalled());
  while (place.worker->has_room()) place.worker->post(place.calls[0], place.wakes);
  REQUIRE(place.queue.stalled());
  REQUIRE_FALSE(place.queue.accepts());
}

TEST_CASE("recall_any takes what was not begun, and only that") {
  Place place(2);
  for (std::size_t i = 0; i < 3; ++i) place.queue.post(place.calls[i], place.wakes);
  place.worker->begin();
  REQUIRE(place.queue.recall_any() == &place.calls[1]);
  REQUIRE(place.queue.recall_any() == &place.calls[2]);
  REQUIRE(place.queue.recall_any() == nullptr);
  REQUIRE(place.queue.runs().size() == 1);
  REQUIRE(place.worker->mistakes().empty());
}

TEST_CASE(
    "a worker queue is late until its worker has passed the first call that was withdrawn in its "
    "turn") {
  Place place(2);
  for (std::size_t i = 0; i < 3; ++i) place.queue.post(place.calls[i], place.wakes);
  REQUIRE(place.queue.withdraw(place.calls[2], kNow + 1s));  // it was ahead: nothing to prove
  REQUIRE_FALSE(place.queue.late());
  REQUIRE(place.queue.withdraw(place.calls[0], kNow + 2s));
  REQUIRE(place.queue.withdraw(place.calls[1], kNow + 3s));
  place.queue.collect_late(1);
  REQUIRE(place.queue.late());
  SECTION("and is back then") {
    place.worker->pass_recalled();
    place.queue.collect_late(1);
    REQUIRE_FALSE(place.queue.late());
    place.queue.end_overdue(kNow + 1h, 2s, 0s);
    REQUIRE(place.worker->killed().empty());
  }
  SECTION("or is killed when the first one's time is over") {
    place.queue.end_overdue(kNow + 2s, 2s, 0s);
    REQUIRE_FALSE(place.worker->killed().empty());
  }
}

TEST_CASE("a call that its worker has begun cannot be recalled or withdrawn") {
  Place place;
  place.queue.post(place.calls[0], place.wakes);
  place.worker->begin();
  REQUIRE_FALSE(place.queue.recall(place.calls[0]));
  REQUIRE_FALSE(place.queue.withdraw(place.calls[0], kNow));
  REQUIRE(place.queue.runs().size() == 1);
  REQUIRE_FALSE(place.queue.late());
}

TEST_CASE(
    "a worker queue runs since its oldest request got its turn, and not when nothing has one") {
  Place place;
  REQUIRE(place.queue.running_since() == 0);
  const std::uint64_t before = core::ticks();
  place.queue.post(place.calls[0], place.wakes);
  place.queue.post(place.calls[1], place.wakes);  // ahead
  const std::uint64_t posted = core::ticks();
  const std::uint64_t first = place.queue.running_since();
  REQUIRE(first >= before);
  REQUIRE(first <= posted);

  place.worker->answer(place.worker->begin());
  REQUIRE(place.queue.running_since() >= posted);  // the other one, though nobody read the answer
  place.queue.collected(place.calls[0], 1);
  REQUIRE(place.queue.running_since() >= posted);
  place.worker->answer(place.worker->begin());
  place.queue.collected(place.calls[1], 2);
  REQUIRE(place.queue.running_since() == 0);
}

TEST_CASE("a request that was ahead gets its turn however the one before it ended") {
  Place place(2);
  for (std::size_t i = 0; i < 3; ++i) place.queue.post(place.calls[i], place.wakes);
  const std::uint64_t posted = core::ticks();
  place.worker->begin();
  SECTION("recalled") {
    REQUIRE(place.queue.recall(place.calls[1]));
    REQUIRE(place.queue.running_since() <= posted);  // the first goes on
    place.worker->answer(1);
  }
  SECTION("abandoned, and answered then") {
    REQUIRE(place.worker->begin() == 2);
    place.worker->answer(2);
    place.queue.abandon(place.calls[0], kNow, place.wakes);
    REQUIRE(place.queue.running_since() > 0);
    REQUIRE(place.queue.running_since() <= posted);  // though nobody waits for it
    place.worker->answer(1);
    place.queue.collect_late(1);
  }
  REQUIRE(place.queue.running_since() >= posted);
}

TEST_CASE(
    "a worker queue whose worker ended gives back what it had, and starts afresh with the next") {
  Place place(2);
  for (std::size_t i = 0; i < 3; ++i) place.queue.post(place.calls[i], place.wakes);
  place.worker->begin();
  place.queue.abandon(place.calls[0], kNow, place.wakes);
  REQUIRE(place.queue.late());
  const std::vector<Run> runs = place.queue.worker_ended();
  REQUIRE(runs.size() == 3);
  REQUIRE(runs[0].call == nullptr);
  REQUIRE(runs[1].call == &place.calls[1]);
  REQUIRE(runs[2].call == &place.calls[2]);
  REQUIRE_FALSE(place.queue.live());
  REQUIRE_FALSE(place.queue.late());
  place.queue.worker_ready(std::make_shared<FakeChannel>());
  REQUIRE(place.queue.accepts());
  REQUIRE(place.queue.served() == 0);
}

}  // namespace
}  // namespace inferpool::pool::dispatch
