// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <inferpool/detail/frame.hpp>

#include "ipc/announced_copy.hpp"
#include "ipc/block_list.hpp"
#include "ipc/layout.hpp"
#include "ipc/segment.hpp"

namespace inferpool::ipc {

// The worker's memory for replies, which the host only reads. A reply that holds blocks gets a
// ticket; the host gives it back by writing its generation into Control's released[], which costs
// the host one store. Thread-safety: safe from all threads of the worker.
class ReplyArena {
 public:
  struct Ticket {
    std::uint32_t index = kTickets;
    std::uint32_t generation = 0;
  };

  // Throws std::runtime_error naming the system call. `file` and `control` outlive the arena and
  // all its blocks.
  ReplyArena(const MemoryFile& file, Control& control);

  // A block, not initialised. Throws Error (out_of_memory).
  detail::StorageRef allocate(std::size_t size);

  // Holds the blocks until the host gives the ticket back, and freezes them: they are about to be
  // sent. No blocks: no ticket. Throws Error (out_of_memory) where all tickets are out, and then
  // leaves them in the list, which is empty otherwise.
  Ticket hold(BlockList&& blocks);

  // Takes a ticket back that the host has not seen, and never will.
  void withdraw(const Ticket& ticket);

  // Takes all tickets back: the host is gone, or about to be.
  void forget();

  // Gives the pages of free blocks back to the system.
  void trim();

  // Whether it is a block of this arena.
  [[nodiscard]] bool owns(const detail::StorageRef& storage) const noexcept {
    return storage && storage->region() == region_.get();
  }

 private:
  class Region;  // the memory; blocks keep it, not the arena, which keeps blocks
  class Block;
  struct Held {
    std::uint32_t generation = 0;
    BlockList blocks = {};  // empty: the ticket is free
  };
  // Blocks that are dropped once reply_mutex is released, as they lock it. Room for what comes back
  // where the host is quick.
  using Freed = boost::container::small_vector<detail::StorageRef, 32>;
  // Takes back what the host is done with.
  void reclaim();
  // Under reply_mutex: the same, and a ticket that is free.
  void take_back(Freed& freed);
  std::uint32_t free_ticket() const noexcept;

  Control& control_;
  std::shared_ptr<Region> region_;
  std::array<Held, kTickets> tickets_;  // these two: under reply_mutex
  std::vector<std::uint32_t> out_;      // tickets that the host has
};

// The blocks of one reply. Not thread-safe.
class SentBlocks final : public detail::BlockSink {
 public:
  // Both outlive them.
  explicit SentBlocks(ReplyArena& arena, const Announce& announce = kAnnounceNothing) noexcept
      : arena_(arena), announce_(announce) {}
  detail::BlockRef store(std::span<const std::byte> bytes,
                         const detail::StorageRef& storage) override;
  [[nodiscard]] bool empty() const noexcept { return blocks_.empty(); }
  [[nodiscard]] BlockList& list() noexcept { return blocks_; }

 private:
  ReplyArena& arena_;
  Announce announce_;
  BlockList blocks_;
};

}  // namespace inferpool::ipc
