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

// One reply's hold on the worker's blocks: on all of them, as long as it is read or one of them is
// viewed. Its last user gives the worker the blocks back. Thread-safety: count, view and close
// belong to the one thread that reads the reply; views may be dropped on any.
class alignas(64) ReplyLease {
 public:
  ReplyLease() noexcept;
  ReplyLease(const ReplyLease&) = delete;
  ReplyLease& operator=(const ReplyLease&) = delete;
  ~ReplyLease() = default;

  // The reply has a block of so many bytes.
  void count(std::size_t length) noexcept;
  // The bytes, read-only: a store would fault, so a tensor copies before it is written.
  detail::StorageRef view(const std::byte* data, std::size_t size);
  // The reply was read.
  void close() noexcept;

 private:
  friend class ReplyLeases;

  // The view of one block. The first one of a reply is part of its lease: most have no other.
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

  // What the reader counts for: more than there can be views, so that while it reads no view is the
  // last user, and adding one needs nothing that locks.
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

// The leases of one worker's replies: so many without an allocation. Lock-free, as outputs may be
// dropped where nothing may block. Thread-safety: safe from many threads.
class ReplyLeases {
 public:
  static constexpr std::size_t kWithoutAllocation = 64;

  // Of a reply that is about to be read. `memory` keeps these leases, and outlives them.
  ReplyLease& take(HeldMemory& memory, std::uint32_t ticket, std::uint32_t generation);
  void give_back(ReplyLease& lease) noexcept;

 private:
  std::atomic<std::uint64_t> free_leases_{~std::uint64_t{0}};  // bit i: leases_[i] is not in use
  std::array<ReplyLease, kWithoutAllocation> leases_;
};

}  // namespace inferpool::ipc
