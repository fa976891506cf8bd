// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include <inferpool/detail/frame.hpp>

#include "ipc/fork_guard.hpp"
#include "ipc/held_memory.hpp"
#include "ipc/host_ring.hpp"
#include "ipc/layout.hpp"
#include "ipc/reply_lease.hpp"
#include "ipc/segment.hpp"

namespace inferpool::ipc {

// The host's side of the two regions of one worker process. Never reused for another process: after
// the worker's death all of it is dropped, once no output views it any more. Lives as long as the
// pointer, and while one of its replies is read or viewed. Thread-safety: safe from many threads;
// ring() as HostRing.
class WorkerMemory final : public HeldMemory {
 public:
  // Throws std::runtime_error that names the system call.
  static std::shared_ptr<WorkerMemory> create(std::size_t reply_bytes);

  [[nodiscard]] HostRing& ring() noexcept { return ring_; }
  [[nodiscard]] const MemoryFile& control_file() const noexcept { return control_file_; }
  [[nodiscard]] const MemoryFile& reply_file() const noexcept { return reply_file_; }
  [[nodiscard]] const std::byte* replies() const noexcept { return replies_.data(); }
  [[nodiscard]] std::size_t reply_bytes() const noexcept { return replies_.size(); }

  // Ignores a ticket that does not exist. Does nothing in a fork of the host, which may drop the
  // outputs that it inherited.
  void release(std::uint32_t ticket, std::uint32_t generation) noexcept override;

  // The hold on a reply with blocks. Throws std::bad_alloc.
  ReplyLease& lease(std::uint32_t ticket, std::uint32_t generation) {
    return leases_.take(*this, ticket, generation);
  }

  // More than half of the replies' memory, or of the tickets, is held: outputs are copied instead
  // of viewed.
  [[nodiscard]] bool scarce() const noexcept;

 private:
  explicit WorkerMemory(std::size_t reply_bytes);
  ~WorkerMemory() override = default;
  Control& control() const noexcept { return *reinterpret_cast<Control*>(control_.data()); }

  ForkGuard guard_;
  MemoryFile control_file_;
  MemoryFile reply_file_;
  Mapping control_;
  Mapping replies_;
  HostRing ring_;
  ReplyLeases leases_;
};

// The blocks of one reply, each checked before it is opened: views of the worker's memory, or
// copies of it. The worker gets the blocks back when this object and all views are gone, so there
// must be only one per reply. Not thread-safe.
class ReplyBlocks final : public detail::BlockSource {
 public:
  // `memory` must outlive this object. `copy`: never gives out a view. `most`: the most bytes of
  // all opened blocks together, without the frame; more is Malformed. A block counts each time it
  // is opened: else a short reply that names it many times could make the host copy the worker's
  // memory as often.
  ReplyBlocks(WorkerMemory& memory, const ReplyHead& head, bool copy, std::uint64_t most);
  ReplyBlocks(const ReplyBlocks&) = delete;
  ReplyBlocks& operator=(const ReplyBlocks&) = delete;
  ~ReplyBlocks() override;

  detail::StorageRef open(const detail::BlockRef& block, bool fixed_width) override;
  [[nodiscard]] std::span<const std::byte> in_place(const detail::BlockRef& block) const override;

  // Whether any bytes of a block were read or copied, and not only viewed.
  [[nodiscard]] bool copied() const noexcept { return copied_; }

  // The frame of the reply. If it fitted the slot: the beginning of `inline_frame` (kInlineFrame
  // bytes, or as many as the head says). Else a copy of its block, which lives as long as this
  // object. Throws Malformed.
  std::span<const std::byte> frame(std::span<const std::byte> inline_frame);

 private:
  const std::byte* check(std::uint64_t offset, std::uint64_t length) const;
  const std::byte* check_payload(const detail::BlockRef& block) const;

  WorkerMemory& memory_;
  ReplyHead head_;
  bool copy_;
  std::uint64_t most_;
  mutable std::uint64_t opened_ = 0;
  mutable bool copied_ = false;
  ReplyLease* lease_ = nullptr;  // null: the reply has no block
  detail::StorageRef frame_copy_;
};

}  // namespace inferpool::ipc
