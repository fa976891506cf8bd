// SPDX-License-Identifier: Apache-2.0
#include "ipc/request_region.hpp"

#include <inferpool/error.hpp>

#include "core/format.hpp"
#include "ipc/layout.hpp"

namespace inferpool::ipc {

class RequestRegion::Block final : public detail::Storage {
 public:
  explicit Block(RequestRegion& owner) noexcept : Storage(nullptr, 0, false), owner_(owner) {}

  void assign(std::uint64_t offset, std::size_t size) noexcept {
    renew(owner_.mapping_.data() + offset, size, false);
    set_region(&owner_, offset);
  }

  std::unique_ptr<Block> next_free;

 private:
  void dispose() noexcept override { owner_.release(this); }

  RequestRegion& owner_;
};

std::shared_ptr<RequestRegion> RequestRegion::create(std::size_t size) {
  return {new RequestRegion(size), [](RequestRegion* region) { region->leave(); }};
}

RequestRegion::RequestRegion(std::size_t size)
    : file_(MemoryFile::create("inferpool-requests", size)),
      mapping_(file_, Access::kReadWrite),
      extents_(size) {
  mapping_.populate(kPopulated, Access::kReadWrite);
}

RequestRegion::~RequestRegion() = default;

detail::StorageRef RequestRegion::allocate(std::size_t size) {
  const std::lock_guard lock(mutex_);
  std::unique_ptr<Block> block = free_list_.take();
  if (!block) block = std::make_unique<Block>(*this);
  const auto offset = extents_.allocate(size);
  if (!offset) {
    throw Error(
        ErrorCode::kOutOfMemory,
        core::formatted(
            "a request block of {} bytes does not fit: {} of {} bytes for requests and loans are "
            "in use; drop loans, lower max_queue_size or raise shared_memory_limit (half of it is "
            "for requests)",
            size, extents_.used(), extents_.size()));
  }
  enter();
  block->assign(*offset, size);
  return detail::StorageRef(block.release());
}

void RequestRegion::release(Block* block) noexcept {
  std::unique_ptr<Block> surplus(block);
  if (guard_.in_child()) {  // in a fork the mutex may be locked for ever
    surplus.reset();
    leave();
    return;
  }
  bool last = false;
  {
    const std::lock_guard lock(mutex_);
    extents_.release(block->offset(), block->size());
    surplus = free_list_.keep(std::move(surplus));
    last = was_last();
  }
  if (last) delete this;
}

void RequestRegion::leave() noexcept {
  bool last = false;
  if (guard_.in_child()) {
    last = users_.fetch_sub(1, std::memory_order_acq_rel) == 1;
  } else {
    const std::lock_guard lock(mutex_);
    last = was_last();
  }
  if (last) delete this;
}

void RequestRegion::enter() noexcept {
  users_.store(users_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

bool RequestRegion::was_last() noexcept {
  const std::uint64_t left = users_.load(std::memory_order_relaxed) - 1;
  users_.store(left, std::memory_order_relaxed);
  return left == 0;
}

std::uint64_t RequestRegion::used() const {
  const std::lock_guard lock(mutex_);
  return extents_.used();
}

void RequestRegion::trim() {
  const std::lock_guard lock(mutex_);
  for (const auto& extent : extents_.free_extents()) {
    const std::uint64_t start = std::max<std::uint64_t>(extent.offset, kPopulated);
    if (extent.offset + extent.length > start)
      file_.punch(start, extent.offset + extent.length - start);
  }
}

detail::BlockRef RequestBlocks::store(std::span<const std::byte> bytes,
                                      const detail::StorageRef& storage) {
  if (storage && storage->region() == &region_) {
    held_.push_back(storage);
  } else {
    held_.push_back(region_.allocate(bytes.size()));
    copied_ = true;
    announced_copy(held_.back()->data(), bytes, announce_);
  }
  return {.offset = held_.back()->offset(), .length = bytes.size()};
}

}  // namespace inferpool::ipc
