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

// The worker's memory for replies, which the host only reads. A reply with blocks gets a ticket.
// The host gives the ticket back by writing its generation into Control's released[], which costs
// one store. Thread-safety: safe from all threads of the worker.
class ReplyArena {
 public:
  struct Ticket {
    std::uint32_t index = kTickets;
    std::uint32_t generation = 0;
  };

  // Throws std::runtime_error that names the system call. `file` and `control` must outlive the
  // arena and all its blocks.
  ReplyArena(const MemoryFile& file, Control& control);

  // An uninitialised block. Throws Error (out_of_memory).
  detail::StorageRef allocate(std::size_t size);

  // Holds the blocks until the host gives the ticket back, and freezes them, because they are about
  // to be sent. No blocks: no ticket. Empties the list. Throws Error (out_of_memory) if all tickets
  // are in use, and then the list keeps the blocks.
  Ticket hold(BlockList&& blocks);

  // Takes back a ticket that the host will never see.
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
  class Region;  // the memory: blocks keep it alive, and not the arena, which itself keeps blocks
  class Block;
  struct Held {
    std::uint32_t generation = 0;
    BlockList blocks = {};  // empty: the ticket is free
  };
  // Blocks that are dropped after reply_mutex is released, because dropping them locks it. Has room
  // for the blocks that a quick host gives back.
  using Freed = boost::container::small_vector<detail::StorageRef, 32>;
  // Takes back the tickets that the host is done with.
  void reclaim();
  // Both under reply_mutex: the same, and a free ticket (kTickets: none).
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
  // Both must outlive this object.
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
