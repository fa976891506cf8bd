// SPDX-License-Identifier: Apache-2.0
#include "ipc/host_ring.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "catch.hpp"

namespace inferpool::ipc {
namespace {

// The host's end over plain memory; the worker's part is written by hand.
struct Host {
  explicit Host(std::uint32_t first = 1) : ring(*control, first) {}

  std::uint32_t post(std::string_view frame = {}, std::uint64_t call_id = 0) {
    return ring.post({.call_id = call_id, .deadline = 77, .frame = std::as_bytes(std::span(frame))},
                     wakes);
  }
  [[nodiscard]] std::uint32_t word(std::uint32_t sequence) const {
    return control->request(sequence).posted;
  }
  void start(std::uint32_t sequence) {
    control->request(sequence).posted = posted_word(sequence, Posted::kStarted);
  }

  std::unique_ptr<Control> control = std::make_unique<Control>();
  HostRing ring;
  WakeList wakes;
};

TEST_CASE("a posted request lies in the slot of its number") {
  Host host;
  REQUIRE(host.post("first", 100) == 1);
  REQUIRE(host.post("second", 200) == 2);
  const RequestSlot& slot = host.control->request(2);
  REQUIRE(host.word(1) == posted_word(1, Posted::kPosted));
  REQUIRE(slot.posted == posted_word(2, Posted::kPosted));
  REQUIRE(slot.call_id == 200);
  REQUIRE(slot.deadline == 77);
  REQUIRE(slot.frame_bytes == 6);
  REQUIRE(std::string_view(reinterpret_cast<const char*>(slot.frame.data()), 6) == "second");
}

TEST_CASE("a frame that fills the slot is copied, a larger one is named by its offset") {
  Host host;
  const std::string full(kInlineFrame, 'x');
  const RequestSlot& slot = host.control->request(host.post(full));
  REQUIRE(std::ranges::all_of(slot.frame, [](std::byte b) { return b == std::byte{'x'}; }));

  const std::string large(kInlineFrame + 1, 'y');
  const PostedRequest request{.frame = std::as_bytes(std::span(large)), .frame_offset = 4096};
  const RequestSlot& second = host.control->request(host.ring.post(request, host.wakes));
  REQUIRE(second.frame_bytes == kInlineFrame + 1);
  REQUIRE(second.frame_offset == 4096);
  REQUIRE(second.frame.front() != std::byte{'y'});
}

TEST_CASE("the doorbell is rung where a serving thread sleeps, and not otherwise") {
  Host host;
  host.post();
  REQUIRE(host.control->host.doorbell == 0);
  REQUIRE(host.wakes.size() == 0);
  host.control->worker.parked = 1;
  host.post();
  REQUIRE(host.control->host.doorbell == 1);
  REQUIRE(host.wakes.size() == 1);
}

TEST_CASE("the worker is told what else wants the processors, as of the last request") {
  Host host;
  const std::atomic<std::uint32_t>& told = host.control->host.rivals;
  for (const Rivals rivals :
       {Rivals::kNone, Rivals::kLong, Rivals::kLong, Rivals::kShort, Rivals::kNone}) {
    host.ring.post({.rivals = rivals}, host.wakes);
    REQUIRE(told == static_cast<std::uint32_t>(rivals));
  }
}

TEST_CASE("the ring says whether its worker sleeps and which requests it has started") {
  Host host;
  REQUIRE_FALSE(host.ring.asleep());
  host.control->worker.parked = 1;
  REQUIRE(host.ring.asleep());
  const std::uint32_t sequence = host.post();
  REQUIRE_FALSE(host.ring.started(sequence));
  host.control->request(sequence).posted = posted_word(sequence, Posted::kStarted);
  REQUIRE(host.ring.started(sequence));
}

TEST_CASE("a request that comes soon rings the doorbell where a serving thread sleeps") {
  Host host;
  host.ring.announce(host.wakes);
  REQUIRE(host.control->host.doorbell == 0);
  REQUIRE(host.wakes.size() == 0);
  host.control->worker.parked = 1;
  host.ring.announce(host.wakes);
  REQUIRE(host.control->host.doorbell == 1);
  REQUIRE(host.wakes.size() == 1);
}

TEST_CASE("a request that nobody has begun can be recalled, once") {
  Host host;
  const std::uint32_t sequence = host.post();
  REQUIRE(host.ring.recall(sequence));
  REQUIRE(host.word(sequence) == posted_word(sequence, Posted::kRecalled));
  REQUIRE_FALSE(host.ring.recall(sequence));
}

TEST_CASE("a request that the worker has begun cannot be recalled") {
  Host host;
  const std::uint32_t sequence = host.post();
  host.start(sequence);
  REQUIRE_FALSE(host.ring.recall(sequence));
  REQUIRE(host.word(sequence) == posted_word(sequence, Posted::kStarted));
}

TEST_CASE("the ring takes 64 requests that nobody has begun") {
  Host host;
  for (std::uint32_t i = 1; i <= kRingSlots; ++i) {
    REQUIRE(host.ring.has_room());
    REQUIRE(host.post() == i);
  }
  REQUIRE_FALSE(host.ring.has_room());
}

TEST_CASE("a finished request makes room, for a number of the next lap in its slot") {
  Host host;
  for (std::uint32_t i = 1; i <= kRingSlots; ++i) host.post();
  host.start(1);
  REQUIRE_FALSE(host.ring.has_room());
  host.ring.finish(1);
  REQUIRE(host.ring.has_room());
  REQUIRE(host.post() == kRingSlots + 1);
  REQUIRE_FALSE(host.ring.has_room());
}

TEST_CASE("a recalled request makes room at once, however far behind the worker is") {
  Host host;
  for (std::uint32_t i = 1; i <= 1000; ++i) {
    REQUIRE(host.ring.has_room());
    REQUIRE(host.post() == i);
    REQUIRE(host.ring.recall(i));
    host.ring.finish(i);
  }
  REQUIRE(host.control->worker.consumed == 1);
}

TEST_CASE("requests that run long do not stop the ring: their slots are left out") {
  Host host;
  const std::uint32_t slow = host.post("slow", 7);
  const std::uint32_t also_slow = host.post("also slow", 8);
  host.start(slow);
  host.start(also_slow);
  std::uint32_t last = also_slow;
  for (int i = 0; i < 300; ++i) {
    REQUIRE(host.ring.has_room());
    const std::uint32_t sequence = host.post();
    REQUIRE(sequence % kRingSlots != slow % kRingSlots);
    REQUIRE(sequence % kRingSlots != also_slow % kRingSlots);
    REQUIRE(reached(host.word(sequence), last));
    host.start(sequence);
    host.ring.finish(sequence);
    last = sequence;
  }
  // The worker takes numbers in order and finds that those left out are recalled. The requests that
  // run keep the rest of their slots.
  REQUIRE(state_of(host.word(slow)) == Posted::kRecalled);
  REQUIRE(sequence_of(host.word(slow)) % kRingSlots == slow);
  REQUIRE(sequence_of(host.word(slow)) > slow);
  REQUIRE(host.control->request(slow).call_id == 7);
  REQUIRE(host.control->request(also_slow).call_id == 8);
  REQUIRE_FALSE(host.ring.recall(slow));
  host.ring.finish(slow);
  while (host.post() % kRingSlots != slow) host.ring.finish(last = next_sequence(last));
}

TEST_CASE("a request that nobody has begun is never left out") {
  Host host;
  const std::uint32_t slow = host.post();
  for (std::uint32_t i = 2; i <= kRingSlots; ++i) {
    host.post();
    host.ring.recall(i);
    host.ring.finish(i);
  }
  REQUIRE_FALSE(host.ring.has_room());
  host.start(slow);
  REQUIRE(host.ring.has_room());
}

TEST_CASE("64 requests that run at once fill the ring") {
  Host host;
  for (std::uint32_t i = 1; i <= kRingSlots; ++i) host.start(host.post());
  REQUIRE_FALSE(host.ring.has_room());
  host.ring.finish(10);
  REQUIRE(host.ring.has_room());
  REQUIRE(host.post() == kRingSlots + 10);
  for (std::uint32_t i = 1; i < 10; ++i) {
    REQUIRE(host.word(i) == posted_word(kRingSlots + i, Posted::kRecalled));
  }
}

TEST_CASE("numbers go on after their wrap") {
  Host host(kSequenceMask - 1);
  REQUIRE(host.post() == kSequenceMask - 1);
  REQUIRE(host.post() == kSequenceMask);
  REQUIRE(host.post() == kRingSlots);
  REQUIRE(host.ring.has_room());
}

TEST_CASE("a request is answered once its reply has its number") {
  Host host;
  const std::uint32_t sequence = host.post();
  ReplySlot& slot = host.control->reply(sequence);
  for (const std::uint32_t other : {0U, sequence + 1, sequence + kRingSlots, ~0U}) {
    slot.published = other;
    REQUIRE_FALSE(host.ring.answered(sequence));
  }
  slot.published = sequence;
  REQUIRE(host.ring.answered(sequence));
}

TEST_CASE("a caller that parks is known to the worker, and sleeps on the reply's word") {
  Host host;
  const std::uint32_t sequence = host.post();
  host.control->reply(sequence).published = 5;
  REQUIRE(host.control->request(sequence).reply_parked == 0);
  const WaitFor wait_for = host.ring.park(sequence);
  REQUIRE(host.control->request(sequence).reply_parked == 1);
  REQUIRE(wait_for.word == &host.control->reply(sequence).published);
  REQUIRE(wait_for.expected == 5);
}

TEST_CASE("a slot's next request starts neither parked nor cancelled") {
  Host host;
  const std::uint32_t sequence = host.post();
  host.ring.park(sequence);
  WakeList wakes;
  host.ring.cancel(sequence, wakes);
  REQUIRE(host.control->request(sequence).caller_word == kCallerLeft);
  host.start(sequence);
  host.ring.finish(sequence);
  for (std::uint32_t i = 2; i <= kRingSlots; ++i) {
    host.start(host.post());
    host.ring.finish(i);
  }
  REQUIRE(host.post() == kRingSlots + sequence);
  REQUIRE(host.control->request(sequence).reply_parked == 0);
  REQUIRE(host.control->request(sequence).caller_word == 0);
}

TEST_CASE("the offset is read instead of a frame that does not fit the reply's slot") {
  Host host;
  const std::uint32_t sequence = host.post();
  ReplySlot& slot = host.control->reply(sequence);
  slot.frame_offset = 22;
  slot.frame_bytes = kInlineFrame + 1;
  REQUIRE(host.ring.head(sequence).frame_offset == 22);
  slot.frame_bytes = kInlineFrame;
  REQUIRE(host.ring.head(sequence).frame_offset == 0);
}

TEST_CASE("the head and the frame of a reply are read as the worker wrote them") {
  Host host;
  const std::uint32_t sequence = host.post();
  ReplySlot& slot = host.control->reply(sequence);
  slot.call_id = 11;
  slot.frame_bytes = 33;
  slot.ticket = 44;
  slot.generation = 55;
  slot.started = 77;
  slot.ended = 88;
  slot.frame.fill(std::byte{66});
  const ReplyHead head = host.ring.head(sequence);
  REQUIRE(head.call_id == 11);
  REQUIRE(head.frame_bytes == 33);
  REQUIRE(head.ticket == 44);
  REQUIRE(head.generation == 55);
  REQUIRE(head.started == 77);
  REQUIRE(head.ended == 88);
  std::vector<std::byte> frame(33);
  host.ring.copy_frame(sequence, frame);
  REQUIRE(frame == std::vector<std::byte>(33, std::byte{66}));
}

TEST_CASE("no more than a slot's frame is ever copied out of it") {
  Host host;
  host.control->reply(1).frame.fill(std::byte{1});
  host.control->reply(2).published = ~0U;
  std::vector<std::byte> frame(2 * kInlineFrame, std::byte{9});
  host.ring.copy_frame(1, frame);
  REQUIRE(frame[kInlineFrame - 1] == std::byte{1});
  REQUIRE(frame[kInlineFrame] == std::byte{9});
  host.ring.copy_frame(1, {});
}

TEST_CASE("closing tells the worker and rings for all its threads, asleep or not") {
  Host host;
  host.ring.close(host.wakes);
  REQUIRE(host.control->host.closing == 1);
  REQUIRE(host.control->host.doorbell == 1);
  REQUIRE(host.wakes.size() == 1);
}

}  // namespace
}  // namespace inferpool::ipc
