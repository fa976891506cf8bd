// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include <inferpool/detail/storage.hpp>

#include "ipc/held_memory.hpp"

namespace inferpool::ipc {

class ReplyLeases;

// The host's hold on all blocks of one reply, while the reply is read or one of the blocks is
// viewed. Its last user gives the blocks back to the worker. Thread-safety: only the thread that
// reads the reply calls count, view and close; any thread may drop views.
class alignas(64) ReplyLease {
 public:
  ReplyLease() noexcept;
  ReplyLease(const ReplyLease&) = delete;
  ReplyLease& operator=(const ReplyLease&) = delete;
  ~ReplyLease() = default;

  // The reply has a block of this many bytes.
  void count(std::size_t length) noexcept;
  // A read-only view of the bytes: a store would fault, so a tensor copies before it is written.
  detail::StorageRef view(const std::byte* data, std::size_t size);
  // The reply was read.
  void close() noexcept;

 private:
  friend class ReplyLeases;

  // The view of one block. The first view of a reply is part of its lease: most replies have no
  // other.
  class View final : public detail::Storage {
   public:
    explicit View(ReplyLease& lease) noexcept : Storage(nullptr, 0, true), lease_(lease) {}
    using Storage::renew;

   private:
    void dispose() noexcept override;
    ReplyLease& lease_;
  };

  void open(ReplyLeases& home, HeldMemory& memory, std::uint32_t ticket,
            std::uint32_t generation) noexcept;
  void drop() noexcept;
  void end() noexcept;

  // The reader counts for more users than there can be views. So no view is the last user while it
  // reads, and adding a view needs no locked instruction.
  static constexpr std::uint32_t kReader = 1U << 31U;

  ReplyLeases* home_ = nullptr;
  HeldMemory* memory_ = nullptr;
  std::uint32_t ticket_ = 0;
  std::uint32_t generation_ = 0;
  std::size_t bytes_ = 0;
  std::uint32_t viewed_ = 0;  // views that were given out
  std::atomic<std::uint32_t> users_{0};
  View first_;
};

// The leases of one worker's replies; the first kWithoutAllocation need no allocation. Lock-free,
// because outputs may be dropped where nothing may block. Thread-safety: safe from many threads.
class ReplyLeases {
 public:
  static constexpr std::size_t kWithoutAllocation = 64;

  // The lease of a reply that is about to be read. `memory` owns these leases, and outlives them.
  ReplyLease& take(HeldMemory& memory, std::uint32_t ticket, std::uint32_t generation);
  void give_back(ReplyLease& lease) noexcept;

 private:
  std::atomic<std::uint64_t> free_leases_{~std::uint64_t{0}};  // bit i: leases_[i] is not in use
  std::array<ReplyLease, kWithoutAllocation> leases_;
};

}  // namespace inferpool::ipc
