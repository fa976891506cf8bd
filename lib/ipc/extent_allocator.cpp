// SPDX-License-Identifier: Apache-2.0
#include "ipc/extent_allocator.hpp"

#include <algorithm>

#include "ipc/layout.hpp"

namespace inferpool::ipc {
namespace {

std::uint64_t rounded(std::uint64_t length) noexcept {
  return std::max<std::uint64_t>((length + kBlockAlignment - 1) / kBlockAlignment, 1) *
         kBlockAlignment;
}

}  // namespace

ExtentAllocator::ExtentAllocator(std::uint64_t size)
    : size_(size / kBlockAlignment * kBlockAlignment) {
  free_.reserve(64);
  if (size_ > 0) free_.push_back({0, size_});
}

std::optional<std::uint64_t> ExtentAllocator::allocate(std::uint64_t length) {
  if (length > size_) return std::nullopt;
  if (free_.capacity() < given_ + 2) free_.reserve(2 * (given_ + 2));
  const std::uint64_t wanted = rounded(length);
  const auto extent =
      std::find_if(free_.begin(), free_.end(), [&](const Extent& e) { return e.length >= wanted; });
  if (extent == free_.end()) return std::nullopt;
  const std::uint64_t offset = extent->offset;
  ++given_;
  extent->offset += wanted;
  extent->length -= wanted;
  if (extent->length == 0) free_.erase(extent);
  used_ += wanted;
  return offset;
}

void ExtentAllocator::release(std::uint64_t offset, std::uint64_t length) noexcept {
  const std::uint64_t given = rounded(length);
  used_ -= given;
  --given_;
  const auto next =
      std::lower_bound(free_.begin(), free_.end(), offset,
                       [](const Extent& e, std::uint64_t at) { return e.offset < at; });
  const bool joins_next = next != free_.end() && offset + given == next->offset;
  if (next != free_.begin()) {
    const auto previous = std::prev(next);
    if (previous->offset + previous->length == offset) {
      previous->length += given;
      if (joins_next) {
        previous->length += next->length;
        free_.erase(next);
      }
      return;
    }
  }
  if (joins_next) {
    next->offset = offset;
    next->length += given;
  } else {
    free_.insert(next, {offset, given});
  }
}

}  // namespace inferpool::ipc
