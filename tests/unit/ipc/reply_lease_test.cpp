// SPDX-License-Identifier: Apache-2.0
#include "ipc/reply_lease.hpp"

#include <atomic>
#include <optional>
#include <set>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "unit/ipc/mapped_regions.hpp"
#include "unit/ipc/reply_ends.hpp"

namespace inferpool::ipc {
namespace {

using detail::StorageRef;
using test::all_are;
using test::mapped_regions;
using test::named;
using test::ReplyEnds;

constexpr std::size_t kLarge = 16 * 1024;
constexpr std::size_t kRoom = 32 << 20;

// A view of a reply of its own.
StorageRef viewed(const ReplyEnds& ends, const StorageRef& block) {
  ReplyBlocks reply = ends.receive(ends.send({block}));
  return reply.open(named(block), true);
}

TEST_CASE("a reply uses the lease and the view of an earlier one that has ended") {
  const ReplyEnds ends;
  const StorageRef block = ends.block(kLarge, 1);
  std::set<const void*> objects;
  for (int i = 0; i < 10; ++i) objects.insert(viewed(ends, block).get());
  REQUIRE(objects.size() == 1);
}

TEST_CASE("each held reply has a lease of its own, also beyond those that are kept") {
  const ReplyEnds ends(kRoom);
  std::vector<StorageRef> outputs;
  std::set<const void*> objects;
  constexpr int kReplies = 2 * static_cast<int>(ReplyLeases::kWithoutAllocation) + 3;
  for (int i = 0; i < kReplies; ++i) {
    outputs.push_back(viewed(ends, ends.block(kLarge, i)));
    objects.insert(outputs.back().get());
  }
  REQUIRE(objects.size() == kReplies);
  REQUIRE(ends.host->held_replies() == kReplies);
  for (int i = 0; i < kReplies; ++i) REQUIRE(all_are(outputs[static_cast<std::size_t>(i)], i));
  outputs.clear();
  REQUIRE(ends.host->held_replies() == 0);
  REQUIRE(ends.host->held_bytes() == 0);
}

TEST_CASE("a view that is dropped while its reply is read does not end the lease") {
  const ReplyEnds ends;
  const StorageRef block = ends.block(kLarge, 1);
  const ReplyHead head = ends.send({block});
  {
    ReplyBlocks reply = ends.receive(head);
    reply.open(named(block), true);
    StorageRef second = reply.open(named(block), true);
    REQUIRE(all_are(second, 1));
    second = {};
    REQUIRE_FALSE(ends.released(head));
    REQUIRE(all_are(reply.open(named(block), true), 1));
  }
  REQUIRE(ends.released(head));
  REQUIRE(ends.host->held_replies() == 0);
}

TEST_CASE("the memory of a worker goes with its last output, not before, and not later") {
  const int before = mapped_regions("replies");
  StorageRef first;
  StorageRef second;
  {
    const ReplyEnds ends;
    const StorageRef block = ends.block(kLarge, 9);
    ReplyBlocks reply = ends.receive(ends.send({block, block}));
    first = reply.open(named(block), true);
    second = reply.open(named(block), true);
  }
  first = {};
  REQUIRE(mapped_regions("replies") == before + 1);
  REQUIRE(all_are(second, 9));
  second = {};
  REQUIRE(mapped_regions("replies") == before);
}

TEST_CASE("threads read replies, and drop what others viewed, at once") {
  std::optional<ReplyEnds> ends(kRoom);
  const StorageRef block = ends->block(kLarge, 5);
  std::array<std::atomic<StorageRef*>, 8> shelf{};
  std::atomic<int> wrong{0};
  {
    std::vector<std::jthread> threads;
    for (std::size_t thread = 0; thread < 3; ++thread) {
      threads.emplace_back([&, thread] {
        std::vector<StorageRef> kept(30);  // of three, more than are kept without allocation
        for (std::size_t i = 0; i < 600; ++i) {
          auto output = std::make_unique<StorageRef>(viewed(*ends, block));
          kept[i % kept.size()] = *output;
          wrong += all_are(*output, 5) ? 0 : 1;
          output.reset(shelf[(i + thread) % shelf.size()].exchange(output.release()));
        }
      });
    }
  }
  REQUIRE(wrong == 0);
  for (auto& place : shelf) delete place.load();
  REQUIRE(ends->host->held_replies() == 0);
  REQUIRE(ends->host->held_bytes() == 0);
}

}  // namespace
}  // namespace inferpool::ipc
