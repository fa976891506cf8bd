// SPDX-License-Identifier: Apache-2.0
#include "worker/reply_frame.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

#include <inferpool/error.hpp>

#include "catch.hpp"
#include "unit/ipc/reply_ends.hpp"

namespace inferpool::worker {
namespace {

detail::FrameBuffer frame_of(std::size_t size) {
  detail::FrameBuffer frame;
  const std::vector<std::byte> bytes(size, std::byte{0x5a});
  frame.append(bytes.data(), bytes.size());
  return frame;
}

TEST_CASE("a reply that names no block lies in its slot, and takes no ticket") {
  const test::ReplyEnds ends;
  ipc::SentBlocks blocks(*ends.arena);
  const detail::FrameBuffer frame = frame_of(ipc::kInlineFrame);
  const ipc::PublishedReply reply = hold_reply(frame, blocks, *ends.arena);
  CHECK(reply.frame.data() == frame.bytes().data());
  CHECK(reply.frame.size() == ipc::kInlineFrame);
  CHECK(reply.ticket == ipc::kTickets);
}

TEST_CASE("the blocks of a reply are the host's until it gives them back") {
  const test::ReplyEnds ends;
  const std::uint64_t offset = ends.block(1000, 1)->offset();
  ipc::SentBlocks blocks(*ends.arena);
  blocks.store({}, ends.block(1000, 1));
  const detail::FrameBuffer frame = frame_of(8);
  const ipc::PublishedReply reply = hold_reply(frame, blocks, *ends.arena);
  CHECK(blocks.empty());
  REQUIRE(reply.ticket < ipc::kTickets);
  CHECK(ends.block(1000, 2)->offset() != offset);
  ends.host->release(reply.ticket, reply.generation);
  CHECK(ends.block(1000, 3)->offset() == offset);
}

TEST_CASE("a frame that does not fit the slot goes with the blocks of its reply") {
  const test::ReplyEnds ends;
  ipc::SentBlocks blocks(*ends.arena);
  const detail::FrameBuffer frame = frame_of(ipc::kInlineFrame + 1);
  const ipc::PublishedReply reply = hold_reply(frame, blocks, *ends.arena);
  REQUIRE(reply.ticket < ipc::kTickets);
  {
    ipc::ReplyBlocks received =
        ends.receive({.frame_offset = reply.frame_offset,
                      .frame_bytes = static_cast<std::uint32_t>(reply.frame.size()),
                      .ticket = reply.ticket,
                      .generation = reply.generation});
    CHECK(std::ranges::equal(received.frame({}), frame.bytes()));
  }
  CHECK(ends.block(1000, 1)->offset() == reply.frame_offset);
}

TEST_CASE("a frame larger than any that the host reads is payload_too_large, with the limit") {
  const test::ReplyEnds ends;
  ipc::SentBlocks blocks(*ends.arena);
  const detail::FrameBuffer frame = frame_of(ipc::kLargestFrame + 1);
  try {
    (void)hold_reply(frame, blocks, *ends.arena);
    FAIL("it is held");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::kPayloadTooLarge);
    CHECK_THAT(error.what(), test::contains("take 16777217 bytes; accepted: 16777216"));
  }
}

}  // namespace
}  // namespace inferpool::worker
