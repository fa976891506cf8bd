// SPDX-License-Identifier: Apache-2.0
// What a worker can claim about the memory of a reply.
#include "ipc/reply_blocks.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "catch.hpp"
#include "unit/ipc/reply_ends.hpp"

namespace inferpool::ipc {
namespace {

using detail::BlockRef;
using detail::Malformed;
using detail::StorageRef;
using test::contains;
using test::ReplyEnds;

constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();

TEST_CASE("a block outside of the region is malformed") {
  const ReplyEnds ends;
  const std::uint64_t size = ends.host->reply_bytes();
  ReplyBlocks reply = ends.receive(ends.send({ends.block(64, 1)}));
  for (const bool fixed_width : {true, false}) {
    for (const BlockRef& block :
         {BlockRef{0, size + 1}, BlockRef{size, 1}, BlockRef{size + 64, 0}, BlockRef{64, size},
          BlockRef{size - 64, 65}, BlockRef{kMost - 63, 64}, BlockRef{64, kMost},
          BlockRef{0, kMost}, BlockRef{kMost, kMost}, BlockRef{kMost - 63, 0},
          BlockRef{std::uint64_t{1} << 63, std::uint64_t{1} << 63}}) {
      CAPTURE(block.offset, block.length);
      REQUIRE_THROWS_AS(reply.open(block, fixed_width), Malformed);
      REQUIRE_THROWS_AS(reply.in_place(block), Malformed);
    }
  }
  REQUIRE(ends.host->held_bytes() == 0);
}

TEST_CASE("a block that does not start at the alignment is malformed") {
  const ReplyEnds ends;
  ReplyBlocks reply = ends.receive(ends.send({ends.block(64, 1)}));
  for (const std::uint64_t offset : {1U, 8U, 63U, 65U}) {
    REQUIRE_THROWS_WITH(reply.open({offset, 1}, true), contains(std::to_string(offset)));
    REQUIRE_THROWS_WITH(reply.in_place({offset, 1}), contains(std::to_string(offset)));
  }
}

TEST_CASE("blocks in a reply without a valid ticket are malformed") {
  const ReplyEnds ends;
  for (const std::uint32_t ticket : {kTickets, kTickets + 1, ~0U}) {
    ReplyBlocks reply = ends.receive({.ticket = ticket});
    REQUIRE_THROWS_WITH(reply.open({0, 64}, true), contains("ticket " + std::to_string(ticket)));
    REQUIRE_THROWS_WITH(reply.in_place({0, 64}), contains("ticket " + std::to_string(ticket)));
  }
}

TEST_CASE("the whole region, its end and blocks of no bytes can be named") {
  const ReplyEnds ends;
  const std::uint64_t size = ends.host->reply_bytes();
  ReplyBlocks reply = ends.receive(ends.send({ends.block(64, 1)}), true);
  REQUIRE(reply.open({0, size}, true)->size() == size);
  REQUIRE(reply.open({size - 64, 64}, true)->size() == 64);
  REQUIRE(reply.open({size, 0}, true)->size() == 0);
  REQUIRE(reply.in_place({0, size}).size() == size);
  REQUIRE(reply.in_place({size, 0}).empty());
}

TEST_CASE("a block in place is the worker's memory, whatever is copied otherwise") {
  const ReplyEnds ends;
  const StorageRef block = ends.block(5000, 8);
  const ReplyHead head = ends.send({block});
  for (const bool copy : {false, true}) {
    ReplyBlocks reply = ends.receive(head, copy);
    const auto bytes = reply.in_place({block->offset(), 5000});
    REQUIRE(bytes.data() == ends.host->replies() + block->offset());
    REQUIRE(bytes.size() == 5000);
    REQUIRE(bytes[4999] == std::byte{8});
  }
}

TEST_CASE("blocks of more than max_payload in all are malformed, however often one is named") {
  const ReplyEnds ends;
  const StorageRef block = ends.block(20'000, 1);
  const BlockRef named{block->offset(), 20'000};
  const bool copy = GENERATE(false, true);
  ReplyBlocks reply = ends.receive(ends.send({block}), copy, 60'000);
  REQUIRE(reply.open(named, true)->size() == 20'000);
  REQUIRE(reply.in_place(named).size() == 20'000);
  REQUIRE_THROWS_AS(reply.in_place({named.offset, 20'001}), Malformed);
  REQUIRE(reply.open(named, false)->size() == 20'000);
  REQUIRE_THROWS_AS(reply.open(named, true), Malformed);
  REQUIRE_THROWS_AS(reply.open({named.offset, 1}, false), Malformed);
  REQUIRE(reply.open({named.offset, 0}, false)->size() == 0);
}

TEST_CASE("whatever a worker names, the host reads inside the region or refuses") {
  const ReplyEnds ends;
  const std::uint64_t size = ends.host->reply_bytes();
  ReplyBlocks reply = ends.receive(ends.send({ends.block(64, 1)}), true);
  std::mt19937_64 random(3);
  const auto number = [&]() -> std::uint64_t {
    const std::array<std::uint64_t, 6> near{0, 64, size, size - 64, size / 2, kMost - 63};
    const std::uint64_t any = random();
    return random() % 4 == 0 ? any : near[any % near.size()] + random() % 3 * 32 - 32;
  };
  int opened = 0;
  for (int i = 0; i < 3000; ++i) {
    const BlockRef block{number(), number()};
    const bool inside =
        block.offset % 64 == 0 && block.offset <= size && block.length <= size - block.offset;
    CAPTURE(block.offset, block.length);
    if (inside) {
      REQUIRE(reply.open(block, true)->size() == block.length);
      ++opened;
    } else {
      REQUIRE_THROWS_AS(reply.open(block, true), Malformed);
    }
  }
  REQUIRE(opened > 30);
}

TEST_CASE("a frame in the slot is as long as its head says") {
  const ReplyEnds ends;
  const std::vector<std::byte> slot(kInlineFrame, std::byte{5});
  for (const std::uint32_t size : {0U, 1U, static_cast<std::uint32_t>(kInlineFrame)}) {
    ReplyBlocks reply = ends.receive({.frame_bytes = size, .ticket = kTickets});
    const auto frame = reply.frame(slot);
    REQUIRE(frame.data() == slot.data());
    REQUIRE(frame.size() == size);
  }
}

TEST_CASE("a frame in a block is copied before anybody reads it") {
  const ReplyEnds ends;
  const StorageRef block = ends.block(5000, 8);
  ReplyHead head = ends.send({block});
  head.frame_offset = block->offset();
  head.frame_bytes = 5000;
  ReplyBlocks reply = ends.receive(head);
  const auto frame = reply.frame({});
  REQUIRE(ends.host->held_bytes() == 5000);
  std::memset(block->data(), 9, 5000);  // a worker that changes its mind
  REQUIRE(frame.size() == 5000);
  REQUIRE(std::ranges::all_of(frame, [](std::byte byte) { return byte == std::byte{8}; }));
}

TEST_CASE("a frame that is too large, outside of the region or without a ticket is malformed") {
  const ReplyEnds ends;
  const std::uint64_t size = ends.host->reply_bytes();
  const ReplyHead good = ends.send({ends.block(5000, 8)});
  const auto refused = [&](ReplyHead head) {
    ReplyBlocks reply = ends.receive(head);
    REQUIRE_THROWS_AS(reply.frame({}), Malformed);
  };
  const auto with = [&](std::uint64_t offset, std::uint64_t bytes, std::uint32_t ticket) {
    ReplyHead head = good;
    head.frame_offset = offset;
    head.frame_bytes = static_cast<std::uint32_t>(bytes);
    head.ticket = ticket;
    return head;
  };
  refused(with(0, ~0U, good.ticket));
  refused(with(0, kLargestFrame + 1, good.ticket));
  refused(with(0, size + 1, good.ticket));
  refused(with(size - 64, 5000, good.ticket));
  refused(with(kMost - 63, 5000, good.ticket));
  refused(with(1, 5000, good.ticket));
  refused(with(0, 5000, kTickets));
  ReplyBlocks reply = ends.receive(with(0, 5000, good.ticket));
  REQUIRE(reply.frame({}).size() == 5000);
}

}  // namespace
}  // namespace inferpool::ipc
