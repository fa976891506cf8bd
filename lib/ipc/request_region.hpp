// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include <inferpool/detail/frame.hpp>

#include "core/file_descriptor.hpp"
#include "ipc/announced_copy.hpp"
#include "ipc/block_list.hpp"
#include "ipc/extent_allocator.hpp"
#include "ipc/fork_guard.hpp"
#include "ipc/free_list.hpp"
#include "ipc/segment.hpp"

namespace inferpool::ipc {

// The memory that all workers of a pool read and only the host writes: requests and loans. Lives as
// long as the pool or one of its blocks. Thread-safety: safe from many threads.
class RequestRegion {
 public:
  RequestRegion(const RequestRegion&) = delete;
  RequestRegion& operator=(const RequestRegion&) = delete;

  // Throws std::runtime_error that names the system call.
  static std::shared_ptr<RequestRegion> create(std::size_t size);

  // An uninitialised, writable block for a payload or a loan, given back with its last reference.
  // Throws Error (out_of_memory).
  detail::StorageRef allocate(std::size_t size);

  // A read-only descriptor, for a worker.
  [[nodiscard]] core::FileDescriptor read_only() const { return file_.read_only(); }
  [[nodiscard]] std::size_t size() const noexcept { return file_.size(); }
  [[nodiscard]] std::uint64_t used() const;

  // Gives the pages of free blocks back to the system.
  void trim();

 private:
  class Block;
  explicit RequestRegion(std::size_t size);
  ~RequestRegion();
  void release(Block* block) noexcept;
  void leave() noexcept;
  void enter() noexcept;     // these two: under mutex_
  bool was_last() noexcept;  // one user fewer; true: destroy the region, without the lock

  ForkGuard guard_;
  MemoryFile file_;
  Mapping mapping_;
  mutable std::mutex mutex_;
  ExtentAllocator extents_;  // guarded by mutex_, with these two
  FreeList<Block> free_list_;
  // Counts the pool's pointer and the blocks in use, under a lock that is taken anyway. Atomic for
  // a fork, which must not take the lock.
  std::atomic<std::uint64_t> users_{1};
};

// Adds the blocks of one request to a list: blocks of the region as they are, other bytes copied
// into the region. Not thread-safe.
class RequestBlocks final : public detail::BlockSink {
 public:
  // All arguments must outlive this object; the blocks keep the region alive.
  RequestBlocks(RequestRegion& region, BlockList& held,
                const Announce& announce = kAnnounceNothing) noexcept
      : region_(region), held_(held), announce_(announce) {}

  detail::BlockRef store(std::span<const std::byte> bytes,
                         const detail::StorageRef& storage) override;

  // Whether any bytes were copied into the region.
  [[nodiscard]] bool copied() const noexcept { return copied_; }

 private:
  RequestRegion& region_;
  BlockList& held_;
  Announce announce_;
  bool copied_ = false;
};

}  // namespace inferpool::ipc
