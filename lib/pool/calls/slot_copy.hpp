// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include <inferpool/detail/frame.hpp>

#include "core/format.hpp"
#include "ipc/host_ring.hpp"
#include "pool/calls/call_snapshot.hpp"

namespace inferpool::pool::calls {

// A copy of the reply, or of the part, in a slot. The slot may change afterwards.
class SlotCopy {
 public:
  explicit SlotCopy(const CallSnapshot& snapshot) noexcept
      : head_(ring_of(snapshot).head(snapshot.sequence)),
        frame_(
            std::span(bytes_).first(std::min<std::size_t>(head_.frame_bytes, ipc::kInlineFrame))) {
    ring_of(snapshot).copy_frame(snapshot.sequence, frame_);
  }
  SlotCopy(const SlotCopy&) = delete;
  SlotCopy& operator=(const SlotCopy&) = delete;

  [[nodiscard]] const ipc::ReplyHead& head() const noexcept { return head_; }
  [[nodiscard]] std::span<const std::byte> frame() const noexcept { return frame_; }
  // Throws Malformed.
  void check(const dispatch::Call& call) const {
    if (head_.call_id != call.id)
      throw detail::Malformed(core::formatted("a reply to request {}", head_.call_id));
  }

 private:
  static ipc::HostRing& ring_of(const CallSnapshot& snapshot) noexcept { return *snapshot.ring; }
  ipc::ReplyHead head_;
  std::array<std::byte, ipc::kInlineFrame> bytes_;
  std::span<std::byte> frame_;
};

}  // namespace inferpool::pool::calls
