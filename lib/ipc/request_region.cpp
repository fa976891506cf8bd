// SPDX-License-Identifier: Apache-2.0
#include "ipc/request_region.hpp"

#include <fmt/format.h>

#include <cstring>

#include <inferpool/error.hpp>

#include "ipc/layout.hpp"

namespace inferpool::ipc {

class RequestRegion::Block final : public detail::Storage {
 public:
  Block(std::shared_ptr<RequestRegion> owner, std::uint64_t offset, std::size_t size) noexcept
      : Storage(owner->mapping_.data() + offset, size, false), owner_(std::move(owner)) {
    set_region(owner_.get(), offset);
  }
  ~Block() override { owner_->release(offset(), size()); }

 private:
  std::shared_ptr<RequestRegion> owner_;
};

std::shared_ptr<RequestRegion> RequestRegion::create(std::size_t size) {
  return std::shared_ptr<RequestRegion>(new RequestRegion(size));
}

RequestRegion::RequestRegion(std::size_t size)
    : file_(MemoryFile::create("inferpool-requests", size)),
      mapping_(file_, Access::kReadWrite),
      extents_(size) {
  mapping_.populate(kPopulated, Access::kReadWrite);
}

detail::StorageRef RequestRegion::allocate(std::size_t size) {
  const std::lock_guard lock(mutex_);
  const auto offset = extents_.allocate(size);
  if (!offset) {
    throw Error(
        ErrorCode::kOutOfMemory,
        fmt::format(
            "a request block of {} bytes does not fit: {} of {} bytes for requests and loans are "
            "in use; drop loans, lower max_queue_size or raise shared_memory_limit (half of it is "
            "for requests)",
            size, extents_.used(), extents_.size()));
  }
  return detail::StorageRef(new Block(shared_from_this(), *offset, size));
}

void RequestRegion::release(std::uint64_t offset, std::size_t size) noexcept {
  if (guard_.in_child()) return;  // where the mutex may be locked for ever
  const std::lock_guard lock(mutex_);
  extents_.release(offset, size);
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

detail::BlockRef RequestBlocks::place(std::span<const std::byte> bytes,
                                      const detail::StorageRef& storage) {
  if (storage && storage->region() == &region_) {
    held_.push_back(storage);
  } else {
    held_.push_back(region_.allocate(bytes.size()));
    if (!bytes.empty()) std::memcpy(held_.back()->data(), bytes.data(), bytes.size());
  }
  return {.offset = held_.back()->offset(), .length = bytes.size()};
}

}  // namespace inferpool::ipc
