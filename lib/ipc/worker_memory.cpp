// SPDX-License-Identifier: Apache-2.0
#include "ipc/worker_memory.hpp"

#include <fmt/format.h>

#include <cstring>
#include <new>

namespace inferpool::ipc {
namespace {

// Outputs below this are copied: cheaper than to keep a block of the worker busy.
constexpr std::size_t kSmallestView = 16 * 1024;

}  // namespace

WorkerMemory::WorkerMemory(std::size_t reply_bytes)
    : control_file_(MemoryFile::create("inferpool-control", sizeof(Control))),
      reply_file_(MemoryFile::create("inferpool-replies", reply_bytes)),
      control_(control_file_, Access::kReadWrite),
      replies_(reply_file_, Access::kReadOnly),
      ring_(*new (control_.data()) Control) {
  control_.populate(sizeof(Control), Access::kReadWrite);
  replies_.populate(kPopulated, Access::kReadOnly);
}

void WorkerMemory::release(std::uint32_t ticket, std::uint32_t generation) noexcept {
  if (guard_.in_child()) return;
  if (ticket < kTickets)
    control().host.released[ticket].store(generation, std::memory_order_release);
}

bool WorkerMemory::scarce() const noexcept {
  return held.bytes.load(std::memory_order_relaxed) > reply_bytes() / 2 ||
         held.replies.load(std::memory_order_relaxed) > kTickets / 2;
}

// One reply's hold on the worker's blocks: on all of them, as long as one is viewed.
class ReplyBlocks::Lease {
 public:
  Lease(std::shared_ptr<WorkerMemory> memory, std::uint32_t ticket,
        std::uint32_t generation) noexcept
      : memory_(std::move(memory)), ticket_(ticket), generation_(generation) {
    memory_->held.replies.fetch_add(1, std::memory_order_relaxed);
  }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  ~Lease() {
    memory_->held.bytes.fetch_sub(bytes_, std::memory_order_relaxed);
    memory_->held.replies.fetch_sub(1, std::memory_order_relaxed);
    memory_->release(ticket_, generation_);
  }

  // The reply has a block of so many bytes. By the one thread that opens its blocks.
  void count(std::size_t length) noexcept {
    bytes_ += length;
    memory_->held.bytes.fetch_add(length, std::memory_order_relaxed);
  }

 private:
  std::shared_ptr<WorkerMemory> memory_;
  std::uint32_t ticket_;
  std::uint32_t generation_;
  std::size_t bytes_ = 0;
};

class ReplyBlocks::View final : public detail::Storage {
 public:
  // Read-only: a store would fault, so the tensor copies before it is written.
  View(std::shared_ptr<Lease> lease, const std::byte* data, std::size_t size) noexcept
      : Storage(const_cast<std::byte*>(data), size, true), lease_(std::move(lease)) {}

 private:
  std::shared_ptr<Lease> lease_;
};

ReplyBlocks::ReplyBlocks(const std::shared_ptr<WorkerMemory>& memory, const ReplyHead& head,
                         bool copy)
    : memory_(*memory), head_(head), copy_(copy) {
  if (head.ticket < kTickets)
    lease_ = std::make_shared<Lease>(memory, head.ticket, head.generation);
}

const std::byte* ReplyBlocks::check(std::uint64_t offset, std::uint64_t length) const {
  const std::uint64_t size = memory_.reply_bytes();
  if (offset > size || length > size - offset || offset % kBlockAlignment != 0 || !lease_) {
    throw detail::Malformed(
        fmt::format("a block of {} bytes at {} of a region of {} bytes, ticket {}", length, offset,
                    size, head_.ticket));
  }
  return memory_.replies() + offset;
}

detail::StorageRef ReplyBlocks::open(const detail::BlockRef& block, bool fixed_width) {
  const std::byte* data = check(block.offset, block.length);
  const auto length = static_cast<std::size_t>(block.length);
  lease_->count(length);
  if (fixed_width && !copy_ && length >= kSmallestView && !memory_.scarce()) {
    return detail::StorageRef(new View(lease_, data, length));
  }
  detail::StorageRef copy = detail::heap_storage(length);
  if (length > 0) std::memcpy(copy->data(), data, length);
  return copy;
}

std::span<const std::byte> ReplyBlocks::in_place(const detail::BlockRef& block) const {
  return {check(block.offset, block.length), static_cast<std::size_t>(block.length)};
}

std::span<const std::byte> ReplyBlocks::frame(std::span<const std::byte> inline_frame) {
  if (head_.frame_bytes <= kInlineFrame) return inline_frame.first(head_.frame_bytes);
  if (head_.frame_bytes > kLargestFrame) {
    throw detail::Malformed(fmt::format("a frame of {} bytes", head_.frame_bytes));
  }
  const std::byte* data = check(head_.frame_offset, head_.frame_bytes);
  lease_->count(head_.frame_bytes);
  frame_copy_ = detail::heap_storage(head_.frame_bytes);
  std::memcpy(frame_copy_->data(), data, head_.frame_bytes);
  return {frame_copy_->data(), head_.frame_bytes};
}

}  // namespace inferpool::ipc
