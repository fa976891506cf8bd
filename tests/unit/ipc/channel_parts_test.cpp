// SPDX-License-Identifier: Apache-2.0
// An answer in parts, both ends as threads of one process.
#include <chrono>
#include <thread>

#include "catch.hpp"
#include "unit/ipc/channel_ends.hpp"
#include "unit/ipc/sleeper.hpp"

namespace inferpool::ipc {
namespace {

using namespace std::chrono_literals;
using test::Bytes;
using test::ChannelEnds;

// A request that the worker has started and whose caller takes parts.
struct Streaming : ChannelEnds {
  explicit Streaming(std::chrono::nanoseconds spin = {}) : ChannelEnds(spin) {
    WakeList wakes;
    sequence = host.post({.call_id = 7, .streams = true}, wakes);
    worker.take();
  }
  void send(std::uint32_t part, std::size_t size = 1) {
    frame.assign(size, static_cast<std::byte>(part));
    worker.publish_part(sequence, part, {.frame = frame});
  }
  void take() {
    WakeList wakes;
    host.take_part(sequence, wakes);
  }
  // What the host reads.
  [[nodiscard]] Bytes read() const {
    Bytes bytes(host.head(sequence).frame_bytes);
    host.copy_frame(sequence, bytes);
    return bytes;
  }

  std::uint32_t sequence = 0;
  Bytes frame;
};

TEST_CASE(
    "parts are available one after the other, each until it is taken, and the reply is the last") {
  Streaming ends;
  REQUIRE(ends.worker.streams(ends.sequence));
  REQUIRE_FALSE(ends.host.part_available(ends.sequence));
  for (std::uint32_t part = 1; part <= 5; ++part) {
    ends.send(part, part);
    REQUIRE(ends.host.part_available(ends.sequence));
    REQUIRE_FALSE(ends.host.answered(ends.sequence));
    REQUIRE(ends.host.plausible(ends.sequence));
    REQUIRE(ends.read() == Bytes(part, static_cast<std::byte>(part)));
    ends.take();
    REQUIRE_FALSE(ends.host.part_available(ends.sequence));
    REQUIRE(ends.host.plausible(ends.sequence));
    REQUIRE(ends.worker.await_taken(ends.sequence, part));
  }
  ends.worker.publish(ends.sequence, {});
  REQUIRE(ends.host.answered(ends.sequence));
  REQUIRE_FALSE(ends.host.part_available(ends.sequence));
}

TEST_CASE("a caller that takes no parts sees none, and finds one implausible") {
  ChannelEnds ends;
  WakeList wakes;
  const std::uint32_t sequence = ends.host.post({.call_id = 7}, wakes);
  ends.worker.take();
  REQUIRE_FALSE(ends.worker.streams(sequence));
  ends.worker.publish_part(sequence, 1, {});
  REQUIRE_FALSE(ends.host.part_available(sequence));
  REQUIRE_FALSE(ends.host.answered(sequence));
  REQUIRE_FALSE(ends.host.plausible(sequence));
}

TEST_CASE("a part out of turn is not taken for the next one") {
  Streaming ends;
  ends.send(2);
  REQUIRE_FALSE(ends.host.part_available(ends.sequence));
  REQUIRE_FALSE(ends.host.plausible(ends.sequence));
  ends.send(1);
  ends.take();
  ends.worker.publish_part(ends.sequence, 3, {});
  REQUIRE_FALSE(ends.host.part_available(ends.sequence));
}

TEST_CASE("the next request of a slot knows nothing of the parts of the one before") {
  Streaming ends;
  ends.send(1);
  ends.take();
  WakeList wakes;
  ends.host.cancel(ends.sequence, wakes);
  ends.worker.publish(ends.sequence, {});
  ends.host.finish(ends.sequence);
  for (std::uint32_t i = 1; i < kRingSlots; ++i) {
    ends.host.post({}, wakes);
    ends.worker.take();
    ends.host.finish(ends.sequence + i);
  }
  const std::uint32_t next = ends.host.post({.streams = true}, wakes);
  REQUIRE(next % kRingSlots == ends.sequence % kRingSlots);
  REQUIRE(ends.worker.take() == next);
  REQUIRE_FALSE(ends.worker.cancelled(next));
  REQUIRE_FALSE(ends.host.part_available(next));
  ends.worker.publish_part(next, 1, {});
  REQUIRE(ends.host.part_available(next));
}

TEST_CASE("a worker waits until its part is taken, asleep or not, and no longer") {
  const auto spin = GENERATE(0ns, 10s);
  Streaming ends(spin);
  ends.send(1);
  bool taken = false;
  test::Sleeper sender([&] { taken = ends.worker.await_taken(ends.sequence, 1); });
  if (spin == 0ns) sender.until_asleep();
  const core::TimePoint start = core::Clock::now();
  ends.take();
  sender.join();
  REQUIRE(taken);
  REQUIRE(core::Clock::now() - start < 900ms);  // a sleep that nobody ends lasts a second
}

TEST_CASE("a worker that waits for its part to be taken is woken when the caller leaves") {
  Streaming ends;
  ends.send(1);
  bool taken = true;
  test::Sleeper sender([&] { taken = ends.worker.await_taken(ends.sequence, 1); });
  sender.until_asleep();
  const core::TimePoint start = core::Clock::now();
  {
    WakeList wakes;
    ends.host.cancel(ends.sequence, wakes);
  }
  sender.join();
  REQUIRE_FALSE(taken);
  REQUIRE(core::Clock::now() - start < 900ms);
  REQUIRE(ends.worker.cancelled(ends.sequence));
  REQUIRE_FALSE(ends.worker.await_taken(ends.sequence, 1));
}

TEST_CASE("a part that was taken before the caller left counts as taken") {
  Streaming ends;
  ends.send(1);
  ends.take();
  WakeList wakes;
  ends.host.cancel(ends.sequence, wakes);
  REQUIRE(ends.worker.await_taken(ends.sequence, 1));
}

TEST_CASE("parts need no system call while both sides are awake") {
  Streaming ends;
  WakeList wakes;
  ends.host.park(ends.sequence);  // it slept once, before the first part
  for (std::uint32_t part = 1; part <= 100; ++part) {
    ends.send(part);
    ends.host.take_part(ends.sequence, wakes);
    REQUIRE(wakes.size() == 0);
    REQUIRE(ends.control->request(ends.sequence).reply_parked == 0);
    REQUIRE(ends.worker.await_taken(ends.sequence, part));
    REQUIRE(ends.control->reply(ends.sequence).sender_parked == 0);
  }
}

TEST_CASE("many parts pass in order between two threads, each whole") {
  const auto spin = GENERATE(0ns, 50us);
  constexpr std::uint32_t kParts = 3'000;
  Streaming ends(spin);
  bool all_taken = true;
  std::jthread sender([&] {
    for (std::uint32_t part = 1; part <= kParts; ++part) {
      const Bytes frame(part % kInlineFrame, static_cast<std::byte>(part));
      ends.worker.publish_part(ends.sequence, part, {.frame = frame});
      all_taken = ends.worker.await_taken(ends.sequence, part) && all_taken;
    }
    ends.worker.publish(ends.sequence, {});
  });
  std::uint32_t parts = 0;
  bool right = true;
  while (!ends.host.answered(ends.sequence)) {
    if (ends.host.part_available(ends.sequence)) {
      ++parts;
      right = right && ends.read() == Bytes(parts % kInlineFrame, static_cast<std::byte>(parts));
      ends.take();
      continue;
    }
    const WaitFor news = ends.host.park(ends.sequence);
    if (!ends.host.answered(ends.sequence) && !ends.host.part_available(ends.sequence))
      wait({&news, 1}, std::nullopt);
  }
  sender.join();
  REQUIRE(right);
  REQUIRE(all_taken);
  REQUIRE(parts == kParts);
}

}  // namespace
}  // namespace inferpool::ipc
