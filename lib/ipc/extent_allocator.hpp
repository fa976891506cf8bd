// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace inferpool::ipc {

// Hands out ranges of [0, size): first fit at the lowest offset, so that pages in use stay
// together, and a size that was served before gets warm pages. Knows only numbers: another process
// may write the memory itself. Not thread-safe.
class ExtentAllocator {
 public:
  struct Extent {
    std::uint64_t offset;
    std::uint64_t length;
  };

  explicit ExtentAllocator(std::uint64_t size);

  // The offset of `length` bytes, both rounded to kBlockAlignment, or none. A length of 0 takes one
  // unit.
  std::optional<std::uint64_t> allocate(std::uint64_t length);
  // Takes back an extent that allocate(length) gave. Never allocates memory.
  void release(std::uint64_t offset, std::uint64_t length) noexcept;

  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  [[nodiscard]] std::uint64_t used() const noexcept { return used_; }
  // Ascending, never adjacent.
  [[nodiscard]] const std::vector<Extent>& free_extents() const noexcept { return free_; }

 private:
  std::uint64_t size_;
  std::uint64_t used_ = 0;
  std::size_t given_ = 0;     // extents in use; at most one more is free
  std::vector<Extent> free_;  // has room for given_ + 1
};

}  // namespace inferpool::ipc
