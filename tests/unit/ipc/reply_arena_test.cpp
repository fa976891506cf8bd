// SPDX-License-Identifier: Apache-2.0
#include "ipc/reply_arena.hpp"

#include <sys/stat.h>

#include <atomic>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <inferpool/error.hpp>

#include "catch.hpp"
#include "unit/ipc/reply_ends.hpp"

namespace inferpool::ipc {
namespace {

using detail::StorageRef;
using test::all_are;
using test::contains;
using test::named;
using test::ReplyEnds;

constexpr std::size_t kLarge = 16 * 1024;

TEST_CASE("a block belongs to its arena, and may be written until it is sent") {
  const ReplyEnds ends;
  const ReplyEnds other;
  const StorageRef block = ends.arena->allocate(1000);
  REQUIRE(block->size() == 1000);
  REQUIRE(reinterpret_cast<std::uintptr_t>(block->data()) % 64 == 0);
  REQUIRE(ends.arena->owns(block));
  REQUIRE_FALSE(other.arena->owns(block));
  REQUIRE_FALSE(ends.arena->owns(StorageRef()));
  REQUIRE(block->writable());
  const ReplyHead head = ends.send({block});
  ends.host->release(head.ticket, head.generation);
  ends.arena->allocate(1);  // takes back what the host released
  REQUIRE(block->references() == 1);
  REQUIRE_FALSE(block->writable());
}

TEST_CASE("a dropped block is given out again, the lowest first") {
  const ReplyEnds ends;
  const std::uint64_t first = ends.arena->allocate(kLarge)->offset();
  const StorageRef again = ends.arena->allocate(kLarge);
  REQUIRE(again->offset() == first);
  REQUIRE(ends.arena->allocate(kLarge)->offset() > first);
}

TEST_CASE("what the host never sees is taken back at once, and its ticket is free") {
  const ReplyEnds ends;
  const std::uint64_t offset = ends.block(kLarge, 1)->offset();
  const auto ticket = ends.arena->hold({ends.block(kLarge, 1), ends.block(kLarge, 2)});
  ends.arena->withdraw(ticket);
  ends.arena->withdraw({});  // of a reply without blocks
  REQUIRE(ends.arena->allocate(2 * kLarge)->offset() == offset);
  const auto next = ends.arena->hold({ends.block(kLarge, 3)});
  REQUIRE(next.index == ticket.index);
  REQUIRE(next.generation == ticket.generation + 1);
  ends.host->release(ticket.index, ticket.generation);  // too late: a generation before
  REQUIRE(ends.arena->allocate(kLarge)->offset() > offset);
}

TEST_CASE("the object of a dropped block is used again for the next one, as new") {
  const ReplyEnds ends;
  StorageRef block = ends.arena->allocate(kLarge);
  const void* const object = block.get();
  const ReplyHead head = ends.send({std::move(block)});
  ends.host->release(head.ticket, head.generation);
  const StorageRef next = ends.block(2 * kLarge, 7);
  REQUIRE(next.get() == object);
  REQUIRE(next->writable());
  REQUIRE(next->size() == 2 * kLarge);
  REQUIRE(ends.arena->owns(next));
  REQUIRE(all_are(next, 7));
}

TEST_CASE("a sent block is not given out again before the host is done with it, and then at once") {
  const ReplyEnds ends;
  std::uint64_t offset = 0;
  const ReplyHead head = [&] {
    const StorageRef block = ends.block(kLarge, 1);
    offset = block->offset();
    return ends.send({block});
  }();
  StorageRef output;
  {
    ReplyBlocks reply = ends.receive(head);
    output = reply.open({offset, kLarge}, true);
  }
  REQUIRE(ends.block(kLarge, 2)->offset() != offset);
  REQUIRE(all_are(output, 1));
  output = {};
  REQUIRE(ends.block(kLarge, 3)->offset() == offset);
}

TEST_CASE("replies of one size use the same memory, one after the other") {
  const ReplyEnds ends;
  std::optional<std::uint64_t> offset;
  for (int i = 0; i < 3000; ++i) {  // more than there are tickets
    const StorageRef block = ends.block(kLarge, i);
    if (!offset) offset = block->offset();
    REQUIRE(block->offset() == *offset);
    ReplyBlocks reply = ends.receive(ends.send({block}));
    REQUIRE(all_are(reply.open(named(block), true), i & 0xFF));
  }
}

TEST_CASE("a reply without blocks takes no ticket") {
  const ReplyEnds ends;
  for (std::uint32_t i = 0; i < 2 * kTickets; ++i) REQUIRE(ends.send({}).ticket == kTickets);
}

TEST_CASE(
    "one block can be sent again while the host holds it, and is free once all hold no more") {
  const ReplyEnds ends;
  StorageRef block = ends.block(kLarge, 4);
  const std::uint64_t offset = block->offset();
  const ReplyHead first = ends.send({block});
  const ReplyHead second = ends.send({block, block});
  REQUIRE(first.ticket != second.ticket);
  REQUIRE_FALSE(block->writable());
  block = {};
  ends.host->release(first.ticket, first.generation);
  REQUIRE(ends.arena->allocate(kLarge)->offset() != offset);
  ends.host->release(second.ticket, second.generation);
  REQUIRE(ends.arena->allocate(kLarge)->offset() == offset);
}

TEST_CASE("a block that the model keeps can be sent any number of times") {
  // The tickets come back although nothing is allocated meanwhile.
  const ReplyEnds ends;
  const StorageRef block = ends.block(kLarge, 4);
  for (std::uint32_t i = 0; i < 3 * kTickets; ++i) {
    const ReplyHead head = ends.send({block});
    REQUIRE(head.ticket < kTickets);
    ends.host->release(head.ticket, head.generation);
  }
}

TEST_CASE("a ticket in use is not given out, and an old generation does not free it") {
  const ReplyEnds ends;
  const StorageRef block = ends.block(64, 1);
  const ReplyHead first = ends.send({block});
  ends.host->release(first.ticket, first.generation);
  static_cast<void>(ends.block(64, 2));  // allocating takes back what was released
  const ReplyHead second = ends.send({block});
  REQUIRE(second.ticket == first.ticket);
  REQUIRE(second.generation != first.generation);
  ends.host->release(first.ticket, first.generation);  // late, once more
  static_cast<void>(ends.block(64, 3));
  const ReplyHead third = ends.send({block});
  REQUIRE(third.ticket != second.ticket);
}

TEST_CASE("an exhausted arena says what to change, and serves again when outputs are dropped") {
  const ReplyEnds ends;
  StorageRef output;
  {
    const StorageRef block = ends.block(ReplyEnds::kBytes / 2, 1);
    ReplyBlocks reply = ends.receive(ends.send({block}));
    output = reply.open(named(block), true);
  }
  const auto too_much = [&] { return ends.arena->allocate(ReplyEnds::kBytes / 2 + 1); };
  REQUIRE_THROWS_WITH(too_much(), contains("shared_memory_limit") && contains("copy_outputs") &&
                                      contains(std::to_string(ReplyEnds::kBytes / 2 + 1)) &&
                                      contains(std::to_string(ReplyEnds::kBytes)));
  try {
    too_much();
  } catch (const Error& error) {
    REQUIRE(error.code() == ErrorCode::kOutOfMemory);
  }
  output = {};
  REQUIRE(too_much()->size() == ReplyEnds::kBytes / 2 + 1);
  REQUIRE_THROWS_AS(ends.arena->allocate(ReplyEnds::kBytes + 1), Error);
}

TEST_CASE("an arena without a free ticket says so, and serves again once one comes back") {
  const ReplyEnds ends;
  const StorageRef block = ends.block(64, 1);
  std::vector<ReplyHead> heads;
  for (std::uint32_t i = 0; i < kTickets; ++i) heads.push_back(ends.send({block}));
  REQUIRE_THROWS_WITH(ends.send({block}), contains("1024 replies") && contains("copy_outputs"));
  ends.host->release(heads[77].ticket, heads[77].generation);
  REQUIRE(ends.send({block}).ticket == heads[77].ticket);
}

TEST_CASE("a large output that is copied is announced, one that lies in the arena is not") {
  const ReplyEnds ends;
  int announced = 0;
  const auto announce = [&] { ++announced; };
  SentBlocks sent(*ends.arena, announce);
  const StorageRef own = ends.block(kLeastAnnounced, 1);
  sent.store({own->data(), own->size()}, own);
  REQUIRE(announced == 0);
  const StorageRef heap = detail::heap_storage(kLeastAnnounced);
  std::memset(heap->data(), 2, kLeastAnnounced);
  sent.store({heap->data(), heap->size()}, heap);
  REQUIRE(announced == 1);
}

TEST_CASE("what is sent from elsewhere is copied into the arena, its own blocks are not") {
  const ReplyEnds ends;
  SentBlocks sent(*ends.arena);
  const StorageRef own = ends.block(kLarge, 1);
  const StorageRef heap = detail::heap_storage(1000);
  std::memset(heap->data(), 2, 1000);
  const auto in_place = sent.store({own->data(), own->size()}, own);
  const auto copied = sent.store({heap->data(), heap->size()}, heap);
  const auto bare = sent.store({heap->data(), 10}, {});
  REQUIRE(in_place.offset == own->offset());
  REQUIRE(in_place.length == kLarge);
  REQUIRE(copied.length == 1000);
  BlockList& blocks = sent.list();
  REQUIRE(blocks.size() == 3);
  REQUIRE(blocks[0].get() == own.get());
  REQUIRE(blocks[1]->offset() == copied.offset);
  REQUIRE(all_are(blocks[1], 2));
  REQUIRE(blocks[2]->offset() == bare.offset);
  REQUIRE(ends.arena->hold(std::move(blocks)).index < kTickets);
  REQUIRE(sent.empty());
}

TEST_CASE("the pages of free memory are given back, those of blocks that are out are not") {
  const ReplyEnds ends(8 << 20);
  const auto allocated = [&] {
    struct stat status {};
    REQUIRE(fstat(ends.replies.fd(), &status) == 0);
    return static_cast<std::size_t>(status.st_blocks) * 512;
  };
  StorageRef output;
  {
    const StorageRef big = ends.block(4 << 20, 1);
    const StorageRef kept = ends.block(1 << 20, 2);
    const ReplyHead dropped = ends.send({big});
    ends.host->release(dropped.ticket, dropped.generation);
    ReplyBlocks reply = ends.receive(ends.send({kept}));
    output = reply.open(named(kept), true);
    REQUIRE(all_are(ends.block(2 << 20, 3), 3));
  }
  REQUIRE(allocated() == 7 << 20);
  ends.arena->trim();
  REQUIRE(allocated() == (1 << 20) + kPopulated);
  REQUIRE(all_are(output, 2));
  output = {};
  ends.arena->trim();
  REQUIRE(allocated() == kPopulated);
}

TEST_CASE("an arena that is dropped leaves its blocks to those who hold them, and nothing else") {
  StorageRef kept;
  {
    ReplyEnds ends;
    kept = ends.block(kLarge, 5);
    const ReplyHead head = ends.send({ends.block(kLarge, 6)});
    std::weak_ptr<ReplyArena> arena = ends.arena;
    ends.arena.reset();
    REQUIRE(arena.expired());
    REQUIRE(all_are(kept, 5));
    kept = {};
    REQUIRE_FALSE(ends.released(head));
  }
}

TEST_CASE("threads of a worker allocate and send at once while the host drops outputs") {
  const ReplyEnds ends;
  std::atomic<int> wrong{0};
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 3; ++thread) {
      threads.emplace_back([&, thread] {
        std::vector<StorageRef> outputs(4);
        for (std::size_t i = 0; i < 500; ++i) {
          const int value = static_cast<int>(i) * 3 + thread;
          const StorageRef block = ends.block(kLarge + i, value);
          ReplyBlocks reply = ends.receive(ends.send({block}));
          outputs[i % 4] = reply.open(named(block), true);
          wrong += all_are(outputs[i % 4], value & 0xFF) ? 0 : 1;
        }
      });
    }
  }
  REQUIRE(wrong == 0);
  REQUIRE(ends.host->held_bytes() == 0);
  REQUIRE(ends.arena->allocate(ReplyEnds::kBytes)->offset() == 0);
}

}  // namespace
}  // namespace inferpool::ipc
