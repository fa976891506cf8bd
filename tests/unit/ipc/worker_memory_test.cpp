// SPDX-License-Identifier: Apache-2.0
#include "ipc/worker_memory.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "catch.hpp"
#include "unit/ipc/reply_ends.hpp"

namespace inferpool::ipc {
namespace {

using detail::BlockRef;
using detail::Malformed;
using detail::StorageRef;
using test::all_are;
using test::contains;
using test::named;
using test::ReplyEnds;

constexpr std::size_t kLarge = 16 * 1024;  // from here on a block is viewed
constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();

TEST_CASE("a large block of numbers is viewed where it lies, and cannot be written") {
  const ReplyEnds ends;
  const StorageRef block = ends.block(kLarge, 7);
  ReplyBlocks reply = ends.receive(ends.send({block}));
  const StorageRef output = reply.open(named(block), true);
  REQUIRE(ends.views(output));
  REQUIRE(output->size() == kLarge);
  REQUIRE(all_are(output, 7));
  REQUIRE_FALSE(output->writable());
  REQUIRE(ends.host->held.bytes == kLarge);
}

TEST_CASE("a block is copied where it is small, no numbers, or the settings say so") {
  const ReplyEnds ends;
  const StorageRef small = ends.block(kLarge - 1, 1);
  const StorageRef large = ends.block(kLarge, 2);
  const ReplyHead head = ends.send({small, large});
  {
    ReplyBlocks reply = ends.receive(head);
    const StorageRef copy = reply.open(named(small), true);
    REQUIRE_FALSE(ends.views(copy));
    REQUIRE(all_are(copy, 1));
    const StorageRef text = reply.open(named(large), false);
    REQUIRE_FALSE(ends.views(text));
    REQUIRE(all_are(text, 2));
    REQUIRE(text->writable());
  }
  REQUIRE(ends.released(head));
  const ReplyHead again = ends.send({large});
  ReplyBlocks copied = ends.receive(again, true);
  const StorageRef output = copied.open(named(large), true);
  REQUIRE_FALSE(ends.views(output));
  REQUIRE(all_are(output, 2));
}

TEST_CASE("once half of the region is held, outputs are copied, until replies go") {
  const ReplyEnds ends(8 * kLarge);
  std::vector<StorageRef> outputs;
  for (int i = 0; i < 5; ++i) {
    const StorageRef block = ends.block(kLarge, i);
    ReplyBlocks reply = ends.receive(ends.send({block}));
    outputs.push_back(reply.open(named(block), true));
    REQUIRE(ends.views(outputs.back()) == (i < 4));
    REQUIRE(all_are(outputs.back(), i));
  }
  REQUIRE(ends.host->held.bytes == 4 * kLarge);
  outputs.front() = {};
  REQUIRE(ends.host->held.bytes == 3 * kLarge);
  const StorageRef block = ends.block(kLarge, 5);
  ReplyBlocks reply = ends.receive(ends.send({block}));
  REQUIRE(ends.views(reply.open(named(block), true)));
}

TEST_CASE("a small view counts as all that the worker keeps for it") {
  const ReplyEnds ends(8 * kLarge);
  const StorageRef viewed = ends.block(kLarge, 1);
  const StorageRef copied = ends.block(3 * kLarge, 2);
  StorageRef output;
  {
    ReplyBlocks reply = ends.receive(ends.send({viewed, copied}));
    output = reply.open(named(viewed), true);
    reply.open(named(copied), false);
  }
  REQUIRE(ends.views(output));
  REQUIRE(ends.host->held.bytes == 4 * kLarge);
  output = {};
  REQUIRE(ends.host->held.bytes == 0);
  REQUIRE(ends.host->held.replies == 0);
}

TEST_CASE("once half of the tickets are held, outputs are copied, however small in all") {
  const ReplyEnds ends(32 << 20);
  const StorageRef block = ends.block(kLarge, 1);
  std::vector<StorageRef> outputs;
  for (std::uint32_t i = 0; i < kTickets / 2 + 2; ++i) {
    ReplyBlocks reply = ends.receive(ends.send({block}));
    outputs.push_back(reply.open(named(block), true));
    REQUIRE(ends.views(outputs.back()) == (i < kTickets / 2));
  }
  outputs.clear();
  REQUIRE(ends.host->held.replies == 0);
}

TEST_CASE("a reply that names a block many times does not hold more than half of the region") {
  const ReplyEnds ends(8 * kLarge);
  const StorageRef block = ends.block(kLarge, 1);
  ReplyBlocks reply = ends.receive(ends.send({block}));
  std::vector<StorageRef> outputs;
  int views = 0;
  for (int i = 0; i < 100; ++i) {
    outputs.push_back(reply.open(named(block), true));
    views += ends.views(outputs.back()) ? 1 : 0;
  }
  REQUIRE(views == 4);
}

TEST_CASE("the worker is told exactly when the reply and its last view are gone") {
  const ReplyEnds ends;
  const StorageRef a = ends.block(kLarge, 1);
  const StorageRef b = ends.block(kLarge, 2);
  const ReplyHead head = ends.send({a, b});
  StorageRef first;
  StorageRef second;
  {
    ReplyBlocks reply = ends.receive(head);
    first = reply.open(named(a), true);
    second = reply.open(named(b), true);
    reply.open(named(b), true);
    REQUIRE_FALSE(ends.released(head));
  }
  StorageRef shared = first;
  first = {};
  REQUIRE_FALSE(ends.released(head));
  second = {};
  REQUIRE_FALSE(ends.released(head));
  REQUIRE(all_are(shared, 1));
  shared = {};
  REQUIRE(ends.released(head));
  REQUIRE(ends.host->held.bytes == 0);
}

TEST_CASE("a reply whose blocks were all copied gives them back at once") {
  const ReplyEnds ends;
  const StorageRef block = ends.block(100, 3);
  const ReplyHead head = ends.send({block});
  StorageRef output;
  {
    ReplyBlocks reply = ends.receive(head);
    output = reply.open(named(block), true);
  }
  REQUIRE(ends.released(head));
  REQUIRE(all_are(output, 3));
}

TEST_CASE("giving back is of one generation, and ignores a ticket that does not exist") {
  const ReplyEnds ends;
  ends.host->release(3, 41);
  REQUIRE(ends.control.host.released[3] == 41);
  const auto before = std::make_unique<std::array<std::byte, sizeof(Control)>>();
  std::memcpy(before->data(), ends.mapping.data(), sizeof(Control));
  for (const std::uint32_t ticket : {kTickets, kTickets + 1, ~0U}) ends.host->release(ticket, 41);
  REQUIRE(std::memcmp(before->data(), ends.mapping.data(), sizeof(Control)) == 0);
}

TEST_CASE("a view stays as it is after its worker's memory was dropped") {
  StorageRef output;
  {
    const ReplyEnds ends;
    const StorageRef block = ends.block(kLarge, 9);
    ReplyBlocks reply = ends.receive(ends.send({block}));
    output = reply.open(named(block), true);
  }
  REQUIRE(all_are(output, 9));
}

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
    }
  }
  REQUIRE(ends.host->held.bytes == 0);
}

TEST_CASE("a block that does not start at the alignment is malformed") {
  const ReplyEnds ends;
  ReplyBlocks reply = ends.receive(ends.send({ends.block(64, 1)}));
  for (const std::uint64_t offset : {1U, 8U, 63U, 65U}) {
    REQUIRE_THROWS_WITH(reply.open({offset, 1}, true), contains(std::to_string(offset)));
  }
}

TEST_CASE("blocks in a reply without a valid ticket are malformed") {
  const ReplyEnds ends;
  for (const std::uint32_t ticket : {kTickets, kTickets + 1, ~0U}) {
    ReplyBlocks reply = ends.receive({.ticket = ticket});
    REQUIRE_THROWS_WITH(reply.open({0, 64}, true), contains("ticket " + std::to_string(ticket)));
  }
}

TEST_CASE("the whole region, its end and blocks of no bytes can be named") {
  const ReplyEnds ends;
  const std::uint64_t size = ends.host->reply_bytes();
  ReplyBlocks reply = ends.receive(ends.send({ends.block(64, 1)}), true);
  REQUIRE(reply.open({0, size}, true)->size() == size);
  REQUIRE(reply.open({size - 64, 64}, true)->size() == 64);
  REQUIRE(reply.open({size, 0}, true)->size() == 0);
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
  REQUIRE(ends.host->held.bytes == 5000);
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

TEST_CASE("the host cannot write what a worker replies") {
  const ReplyEnds ends;
  auto* const replies = const_cast<std::byte*>(ends.host->replies());
  std::array<std::uint64_t, 1> unused{};
  // The kernel refuses to fill a buffer that this process may not write.
  REQUIRE(pread(ends.replies.fd(), replies, 64, 0) == -1);
  REQUIRE(errno == EFAULT);
  REQUIRE(pread(ends.replies.fd(), unused.data(), sizeof(unused), 0) == sizeof(unused));
}

}  // namespace
}  // namespace inferpool::ipc
