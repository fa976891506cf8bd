// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "ipc/reply_arena.hpp"
#include "ipc/reply_blocks.hpp"
#include "ipc/worker_memory.hpp"

namespace inferpool::test {

// Both ends of one worker's replies, each with its own mappings.
struct ReplyEnds {
  static constexpr std::size_t kBytes = 1 << 20;

  explicit ReplyEnds(std::size_t bytes = kBytes)
      : host(ipc::WorkerMemory::create(bytes)),
        mapping(host->control_file(), ipc::Access::kReadWrite),
        control(*reinterpret_cast<ipc::Control*>(mapping.data())),
        replies(ipc::MemoryFile::adopt(core::FileDescriptor(dup(host->reply_file().fd())), bytes)),
        arena(std::make_shared<ipc::ReplyArena>(replies, control)) {}

  // A block of the worker, filled with this byte.
  [[nodiscard]] detail::StorageRef block(std::size_t size, int fill) const {
    detail::StorageRef block = arena->allocate(size);
    std::memset(block->data(), fill, size);
    return block;
  }

  // Makes a reply that holds these blocks, and returns its head.
  [[nodiscard]] ipc::ReplyHead send(ipc::BlockList blocks) const {
    const auto ticket = arena->hold(std::move(blocks));
    return {.call_id = 1, .ticket = ticket.index, .generation = ticket.generation};
  }
  [[nodiscard]] ipc::ReplyBlocks receive(const ipc::ReplyHead& head, bool copy = false,
                                         std::uint64_t most = ~std::uint64_t{0}) const {
    return ipc::ReplyBlocks(*host, head, copy, most);
  }
  [[nodiscard]] bool released(const ipc::ReplyHead& head) const {
    return control.host.released[head.ticket] == head.generation;
  }
  // Whether the bytes are in the host's mapping of the region.
  [[nodiscard]] bool views(const detail::StorageRef& storage) const {
    return storage->data() >= host->replies() &&
           storage->data() < host->replies() + host->reply_bytes();
  }

  std::shared_ptr<ipc::WorkerMemory> host;
  ipc::Mapping mapping;
  ipc::Control& control;
  ipc::MemoryFile replies;
  std::shared_ptr<ipc::ReplyArena> arena;
};

inline detail::BlockRef named(const detail::StorageRef& block) {
  return {block->offset(), block->size()};
}

inline bool all_are(const detail::StorageRef& storage, int value) {
  return std::all_of(storage->data(), storage->data() + storage->size(),
                     [value](std::byte byte) { return byte == static_cast<std::byte>(value); });
}

}  // namespace inferpool::test
