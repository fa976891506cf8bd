// SPDX-License-Identifier: Apache-2.0
#include "ipc/reply_blocks.hpp"

#include <cstring>

#include "core/format.hpp"

namespace inferpool::ipc {
namespace {

// Smaller outputs are copied, which is cheaper than keeping a block of the worker busy.
constexpr std::size_t kSmallestView = 16 * 1024;

}  // namespace

ReplyBlocks::ReplyBlocks(WorkerMemory& memory, const ReplyHead& head, bool copy,
                         std::uint64_t most) try
    : memory_(memory), head_(head), copy_(copy), most_(most) {
  if (head.ticket < kTickets) lease_ = &memory.lease(head.ticket, head.generation);
} catch (...) {  // without memory for a lease, the worker must get the blocks back
  memory.release(head.ticket, head.generation);
}

ReplyBlocks::~ReplyBlocks() {
  if (lease_ != nullptr) lease_->close();
}

const std::byte* ReplyBlocks::check(std::uint64_t offset, std::uint64_t length) const {
  const std::uint64_t size = memory_.reply_bytes();
  if (offset > size || length > size - offset || offset % kBlockAlignment != 0 ||
      lease_ == nullptr) {
    throw detail::Malformed(
        core::formatted("a block of {} bytes at {} of a region of {} bytes, ticket {}", length,
                        offset, size, head_.ticket));
  }
  return memory_.replies() + offset;
}

const std::byte* ReplyBlocks::check_payload(const detail::BlockRef& block) const {
  const std::byte* data = check(block.offset, block.length);
  if (block.length > most_ - opened_) {
    throw detail::Malformed(
        core::formatted("blocks of more than {} bytes (max_payload) in one reply", most_));
  }
  opened_ += block.length;
  return data;
}

detail::StorageRef ReplyBlocks::open(const detail::BlockRef& block, bool fixed_width) {
  const std::byte* data = check_payload(block);
  const auto length = static_cast<std::size_t>(block.length);
  lease_->count(length);
  if (fixed_width && !copy_ && length >= kSmallestView && !memory_.scarce())
    return lease_->view(data, length);
  copied_ = true;
  detail::StorageRef copy = detail::heap_storage(length);
  if (length > 0) std::memcpy(copy->data(), data, length);
  return copy;
}

std::span<const std::byte> ReplyBlocks::in_place(const detail::BlockRef& block) const {
  copied_ = true;
  return {check_payload(block), static_cast<std::size_t>(block.length)};
}

std::span<const std::byte> ReplyBlocks::frame(std::span<const std::byte> inline_frame) {
  if (head_.frame_bytes <= kInlineFrame) return inline_frame.first(head_.frame_bytes);
  if (head_.frame_bytes > kLargestFrame) {
    throw detail::Malformed(core::formatted("a frame of {} bytes", head_.frame_bytes));
  }
  const std::byte* data = check(head_.frame_offset, head_.frame_bytes);
  lease_->count(head_.frame_bytes);
  copied_ = true;
  frame_copy_ = detail::heap_storage(head_.frame_bytes);
  std::memcpy(frame_copy_->data(), data, head_.frame_bytes);
  return {frame_copy_->data(), head_.frame_bytes};
}

}  // namespace inferpool::ipc
