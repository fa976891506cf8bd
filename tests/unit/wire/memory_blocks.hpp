// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstring>
#include <span>
#include <stdexcept>
#include <vector>

#include <inferpool/detail/frame.hpp>

namespace inferpool::test {

// A region of blocks in plain memory: one process stores them, the other opens them. Must outlive
// the tensors that view it.
class MemoryBlocks final : public detail::BlockSink, public detail::BlockSource {
 public:
  explicit MemoryBlocks(std::size_t capacity) : units_(capacity / kUnit) {}

  detail::BlockRef store(std::span<const std::byte> bytes,
                         const detail::StorageRef& storage) override {
    if (storage && storage->region() == this) return {storage->offset(), bytes.size()};
    const detail::BlockRef block{used_, bytes.size()};
    std::memcpy(reserve(bytes.size()), bytes.data(), bytes.size());
    ++copied_in;
    return block;
  }

  detail::StorageRef open(const detail::BlockRef& block, bool fixed_width) override {
    check(block);
    if (fixed_width) {
      ++viewed;
      return detail::StorageRef(new View(*this, block.offset, block.length));
    }
    ++copied_out;
    detail::StorageRef copy = detail::heap_storage(block.length);
    std::memcpy(copy->data(), at(block.offset), block.length);
    return copy;
  }

  [[nodiscard]] std::span<const std::byte> in_place(const detail::BlockRef& block) const override {
    check(block);
    return std::as_bytes(std::span(units_)).subspan(block.offset, block.length);
  }

  // A loan: a block of the region that its holder may write.
  detail::StorageRef loan(std::size_t size) {
    const std::size_t offset = used_;
    reserve(size);
    return detail::StorageRef(new View(*this, offset, size, false));
  }

  [[nodiscard]] std::span<std::byte> used() { return {at(0), used_}; }

  int copied_in = 0;
  int copied_out = 0;
  int viewed = 0;

 private:
  static constexpr std::size_t kUnit = 64;
  struct alignas(kUnit) Unit {
    std::array<std::byte, kUnit> bytes{};
  };

  class View final : public detail::Storage {
   public:
    View(MemoryBlocks& blocks, std::size_t offset, std::size_t size, bool read_only = true)
        : Storage(blocks.at(offset), size, read_only) {
      set_region(&blocks, offset);
    }
  };

  void check(const detail::BlockRef& block) const {
    if (block.offset % kUnit != 0 || block.offset > used_ || block.length > used_ - block.offset)
      throw Malformed("no such block");
  }

  std::byte* at(std::size_t offset) { return units_.front().bytes.data() + offset; }

  std::byte* reserve(std::size_t size) {
    const std::size_t offset = used_;
    used_ += (size + kUnit - 1) / kUnit * kUnit;
    if (used_ > units_.size() * kUnit) throw std::length_error("the test's region is too small");
    return at(offset);
  }

  std::vector<Unit> units_;
  std::size_t used_ = 0;
};

// The frame of one value.
template <typename Put>
detail::FrameBuffer encoded(MemoryBlocks& blocks, Put put,
                            std::size_t limit = std::size_t{1} << 40) {
  detail::FrameBuffer frame;
  Encoder encoder(frame, blocks, limit);
  put(encoder);
  return frame;
}

// The value of a frame that holds only this value. Reads from memory of exactly the frame's size,
// so that a sanitizer sees each read past its end.
template <typename Take>
auto decoded(std::span<const std::byte> frame, MemoryBlocks& blocks, Take take) {
  const std::vector<std::byte> exact(frame.begin(), frame.end());
  Decoder decoder(exact, blocks);
  auto value = take(decoder);
  decoder.finish();
  return value;
}

}  // namespace inferpool::test
