// SPDX-License-Identifier: Apache-2.0
#include "pool/calls/slot_copy.hpp"

#include <algorithm>

#include "catch.hpp"
#include "unit/ipc/channel_ends.hpp"

namespace inferpool::pool::calls {
namespace {

constexpr std::uint64_t kCall = 40;

// A channel with one answered request.
struct Answered {
  Answered() {
    ipc::WakeList wakes;
    sequence = ends.host.post({.call_id = kCall, .frame = test::question(kCall)}, wakes);
    test::serve_one(ends.worker);
  }
  [[nodiscard]] CallSnapshot snapshot() {
    return {.state = dispatch::CallState::kPosted, .sequence = sequence, .ring = &ends.host};
  }
  test::ChannelEnds ends;
  std::uint32_t sequence = 0;
};

TEST_CASE("a copy of a slot has the head and the frame of the reply in it") {
  Answered answered;
  const SlotCopy copy(answered.snapshot());
  CHECK(copy.head().call_id == kCall);
  CHECK(std::ranges::equal(copy.frame(), test::answer_to(test::question(kCall))));
}

TEST_CASE("a copy of a slot stays as it is when the worker writes over the slot") {
  Answered answered;
  const SlotCopy copy(answered.snapshot());
  ipc::ReplySlot& slot = answered.ends.control->reply(answered.sequence);
  slot.frame.fill(std::byte{0xFF});
  slot.call_id = kCall + 1;
  slot.frame_bytes = 0;
  CHECK(copy.head().call_id == kCall);
  CHECK(std::ranges::equal(copy.frame(), test::answer_to(test::question(kCall))));
}

TEST_CASE("only the slot is copied of a frame that its head calls larger than that") {
  Answered answered;
  answered.ends.control->reply(answered.sequence).frame_bytes = ~std::uint32_t{0};
  const SlotCopy copy(answered.snapshot());
  CHECK(copy.head().frame_bytes == ~std::uint32_t{0});
  CHECK(copy.frame().size() == ipc::kInlineFrame);
}

TEST_CASE("a reply to another request is malformed and named") {
  Answered answered;
  const SlotCopy copy(answered.snapshot());
  dispatch::Call call;
  call.id = kCall;
  CHECK_NOTHROW(copy.check(call));
  call.id = kCall + 1;
  CHECK_THROWS_WITH(copy.check(call), test::contains("a reply to request 40"));
  CHECK_THROWS_AS(copy.check(call), detail::Malformed);
}

}  // namespace
}  // namespace inferpool::pool::calls
