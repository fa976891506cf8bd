// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <inferpool/detail/frame.hpp>

#include "ipc/reply_lease.hpp"
#include "ipc/worker_memory.hpp"

namespace inferpool::ipc {

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
