// SPDX-License-Identifier: Apache-2.0
// What each step of a round trip costs, with both ends in one thread. The count is the same on
// every machine, however busy it is. Built optimised and without sanitizers in every build.
#include "catch.hpp"
#include "unit/ipc/stated_cost.hpp"

#if defined(INFERPOOL_NO_STEPS)

TEST_CASE("a round trip takes no more instructions than it did") {
  CHECK(inferpool::test::skipped_without_steps());
}

#else

#include <array>
#include <atomic>

#include "unit/ipc/channel_ends.hpp"

namespace inferpool::ipc {
namespace {

using test::check;
using test::Cost;
using test::cost_of;

// Locked instructions are exact: one more is a price that nobody decided to pay, one fewer is to be
// written down here. The others are bounds, some 30 % above what g++ 12 and clang 14 make.
constexpr Cost kPost{.instructions = 170, .locked = 1};       // the posted word
constexpr Cost kTake{.instructions = 300, .locked = 3};       // the mutex twice, the posted word
constexpr Cost kTakeAlone{.instructions = 110, .locked = 1};  // the posted word
constexpr Cost kPublish{.instructions = 100, .locked = 1};    // the published word
constexpr Cost kCollect{.instructions = 110, .locked = 0};
constexpr Cost kSend{.instructions = 150, .locked = 1};      // the published word
constexpr Cost kTakePart{.instructions = 170, .locked = 1};  // the caller word

// One float, with its datatype and shape.
using Frame = std::array<std::byte, 24>;

// A round trip in four steps.
class RoundTrip {
 public:
  RoundTrip() {
    for (std::uint32_t i = 0; i < 2 * kRingSlots; ++i) {  // each function is bound, each slot used
      post();
      take();
      publish();
      collect();
    }
  }

  void post() {
    WakeList wakes;
    if (ends_.host.has_room()) posted_ = ends_.host.post({.call_id = 1, .frame = frame_}, wakes);
  }
  void take() { taken_ = ends_.worker.take().value_or(0); }
  void publish() { ends_.worker.publish(taken_, {.frame = frame_, .ticket = kTickets}); }
  void collect() {
    answered_ = ends_.host.answered(posted_) && ends_.host.head(posted_).call_id == 1;
    ends_.host.copy_frame(posted_, answer_);
    ends_.host.finish(posted_);
  }
  [[nodiscard]] bool is_right() const {
    return answered_ && posted_ == taken_ && answer_ == frame_;
  }

 private:
  test::ChannelEnds ends_;
  Frame frame_{std::byte{1}, std::byte{2}};
  Frame answer_{};
  std::uint32_t posted_ = 0;
  std::uint32_t taken_ = 0;
  bool answered_ = false;
};

// A part of an answer, in two steps. The worker waits until the part before it is taken and sends
// it. The host looks for it, reads it and takes it.
class Parts {
 public:
  Parts() {
    WakeList wakes;
    sequence_ = ends_.host.post({.call_id = 1, .streams = true}, wakes);
    ends_.worker.take();
    for (int i = 0; i < 10; ++i) {  // each function is bound
      send();
      take();
    }
  }
  void send() {
    if (ends_.worker.await_taken(sequence_, sent_))
      ends_.worker.publish_part(sequence_, ++sent_, {.frame = frame_, .ticket = kTickets});
  }
  void take() {
    stood_ = ends_.host.part_available(sequence_) && ends_.host.head(sequence_).call_id == 1;
    ends_.host.copy_frame(sequence_, part_);
    WakeList wakes;
    ends_.host.take_part(sequence_, wakes);
  }
  [[nodiscard]] bool is_right() const { return stood_ && part_ == frame_; }

 private:
  test::ChannelEnds ends_;
  Frame frame_{std::byte{1}, std::byte{2}};
  Frame part_{};
  std::uint32_t sequence_ = 0;
  std::uint32_t sent_ = 0;
  bool stood_ = false;
};

TEST_CASE("locked instructions are counted apart from others") {
  if (test::skipped_without_steps()) return;
  std::atomic<std::uint32_t> word{0};
  std::uint32_t seen = 0;
  std::uint32_t plain = 0;
  const auto locked = [](const auto& code) { return cost_of(code).locked; };
  CHECK(locked([&] { word.fetch_add(1); }) == 1);
  CHECK(locked([&] { word.exchange(2); }) == 1);
  CHECK(locked([&] { word.compare_exchange_strong(seen, 3); }) == 1);
  CHECK(locked([&] { word.store(4); }) == 1);
  CHECK(locked([] { std::atomic_thread_fence(std::memory_order_seq_cst); }) == 1);
  CHECK(locked([&] {
          word.store(5, std::memory_order_release);
          seen = word.load();
          std::atomic_ref(plain).store(seen, std::memory_order_relaxed);
        }) == 0);
}

TEST_CASE("a round trip takes no more instructions than it did") {
  if (test::skipped_without_steps()) return;
  RoundTrip trip;
  const Cost post = cost_of([&] { trip.post(); });
  const Cost take = cost_of([&] { trip.take(); });
  const Cost publish = cost_of([&] { trip.publish(); });
  const Cost collect = cost_of([&] { trip.collect(); });
  REQUIRE(trip.is_right());
  check("post", post, kPost);
  check("take", take, kTake);
  check("publish", publish, kPublish);
  check("collect", collect, kCollect);
}

TEST_CASE("a thread that takes alone locks nothing but the posted word") {
  if (test::skipped_without_steps()) return;
  test::ChannelEnds ends;
  const WorkerRing::Alone alone(ends.worker);
  Cost take;
  for (int i = 0; i < 2; ++i) {  // each function is bound
    WakeList wakes;
    const std::uint32_t posted = ends.host.post({.call_id = 1}, wakes);
    std::uint32_t taken = 0;
    take = cost_of([&] { taken = ends.worker.take().value_or(0); });
    REQUIRE(taken == posted);
  }
  check("take", take, kTakeAlone);
}

TEST_CASE("a part takes fewer instructions than a round trip, and two that lock") {
  if (test::skipped_without_steps()) return;
  Parts parts;
  const Cost send = cost_of([&] { parts.send(); });
  const Cost take = cost_of([&] { parts.take(); });
  REQUIRE(parts.is_right());
  check("send", send, kSend);
  check("take", take, kTakePart);
}

}  // namespace
}  // namespace inferpool::ipc

#endif
