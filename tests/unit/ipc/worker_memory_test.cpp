// SPDX-License-Identifier: Apache-2.0
#include "ipc/worker_memory.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "catch.hpp"
#include "unit/ipc/reply_ends.hpp"

namespace inferpool::ipc {
namespace {

using detail::StorageRef;
using test::all_are;
using test::named;
using test::ReplyEnds;

constexpr std::size_t kLarge = 16 * 1024;  // from here on a block is viewed

TEST_CASE("a large block of numbers is viewed where it lies, and cannot be written") {
  const ReplyEnds ends;
  const StorageRef block = ends.block(kLarge, 7);
  ReplyBlocks reply = ends.receive(ends.send({block}));
  const StorageRef output = reply.open(named(block), true);
  REQUIRE(ends.views(output));
  REQUIRE(output->size() == kLarge);
  REQUIRE(all_are(output, 7));
  REQUIRE_FALSE(output->writable());
  REQUIRE(ends.host->held_bytes() == kLarge);
}

TEST_CASE("a block is copied if it is small, holds no numbers, or the settings say so") {
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
  REQUIRE(ends.host->held_bytes() == 4 * kLarge);
  outputs.front() = {};
  REQUIRE(ends.host->held_bytes() == 3 * kLarge);
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
  REQUIRE(ends.host->held_bytes() == 4 * kLarge);
  output = {};
  REQUIRE(ends.host->held_bytes() == 0);
  REQUIRE(ends.host->held_replies() == 0);
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
  REQUIRE(ends.host->held_replies() == 0);
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
  REQUIRE(ends.host->held_bytes() == 0);
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

TEST_CASE("a release is for one generation, and ignores a ticket that does not exist") {
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
