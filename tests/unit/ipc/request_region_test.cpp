// SPDX-License-Identifier: Apache-2.0
#include "ipc/request_region.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <inferpool/error.hpp>
#include <inferpool/tensor.hpp>

#include "catch.hpp"
#include "ipc/layout.hpp"
#include "unit/ipc/mapped_regions.hpp"

namespace inferpool::ipc {
namespace {

using detail::BlockRef;
using detail::StorageRef;
using test::contains;
using test::mapped_regions;

constexpr std::size_t kSize = 1 << 20;

// The region as a worker sees it.
class WorkersView {
 public:
  explicit WorkersView(const RequestRegion& region)
      : file_(MemoryFile::adopt(region.read_only(), region.size())),
        mapping_(file_, Access::kReadOnly) {}

  [[nodiscard]] std::vector<std::byte> at(const BlockRef& block) const {
    return {mapping_.data() + block.offset, mapping_.data() + block.offset + block.length};
  }

 private:
  MemoryFile file_;
  Mapping mapping_;
};

StorageRef filled(StorageRef storage, int value) {
  std::memset(storage->data(), value, storage->size());
  return storage;
}

std::span<const std::byte> bytes_of(const StorageRef& storage) {
  return {storage->data(), storage->size()};
}

bool all_of(const StorageRef& storage, int value) {
  return std::ranges::all_of(
      bytes_of(storage), [value](std::byte byte) { return byte == static_cast<std::byte>(value); });
}

std::vector<std::byte> repeated(std::size_t size, int value) {
  return std::vector<std::byte>(size, static_cast<std::byte>(value));
}

TEST_CASE("a loan is sent where it lies") {
  const auto region = RequestRegion::create(kSize);
  BlockList held;
  RequestBlocks blocks(*region, held);
  const StorageRef loan = filled(region->allocate(1000), 3);
  REQUIRE(loan->writable());
  const std::uint64_t used = region->used();
  const BlockRef block = blocks.store(bytes_of(loan), loan);
  REQUIRE(region->used() == used);
  REQUIRE(block.offset == loan->offset());
  REQUIRE(block.length == 1000);
  REQUIRE(WorkersView(*region).at(block) == repeated(1000, 3));
}

TEST_CASE("a large input that is copied in is announced, a loan is not") {
  const auto region = RequestRegion::create(8 * kLeastAnnounced);
  BlockList held;
  int announced = 0;
  const auto announce = [&] { ++announced; };
  RequestBlocks blocks(*region, held, announce);
  const StorageRef loan = filled(region->allocate(kLeastAnnounced), 3);
  blocks.store(bytes_of(loan), loan);
  REQUIRE(announced == 0);
  const StorageRef heap = filled(detail::heap_storage(kLeastAnnounced), 1);
  blocks.store(bytes_of(heap), heap);
  REQUIRE(announced == 1);
}

TEST_CASE("a loan in flight is not writable, and is writable again once its call is done") {
  const auto region = RequestRegion::create(kSize);
  BlockList held;
  RequestBlocks blocks(*region, held);
  const StorageRef loan = region->allocate(1000);
  blocks.store(bytes_of(loan), loan);
  REQUIRE_FALSE(loan->writable());
  held.clear();
  REQUIRE(loan->writable());
}

TEST_CASE("a tensor in flight that is written goes on in memory of its own") {
  const auto region = RequestRegion::create(kSize);
  BlockList held;
  RequestBlocks blocks(*region, held);
  const StorageRef loan = filled(region->allocate(4000), 0);
  Tensor tensor = detail::TensorAccess::make(Datatype::kFp32, Shape({1000}), loan, 4000);
  const BlockRef block = blocks.store(tensor.bytes(), loan);
  tensor.mutable_values<float>()[0] = 1.0F;
  REQUIRE(tensor.values<float>()[0] == 1.0F);
  REQUIRE(WorkersView(*region).at(block) == repeated(4000, 0));
}

TEST_CASE("bytes that lie elsewhere are copied in, those of another region, too") {
  const auto region = RequestRegion::create(kSize);
  const auto other = RequestRegion::create(kSize);
  BlockList held;
  RequestBlocks blocks(*region, held);
  const StorageRef heap = filled(detail::heap_storage(300), 1);
  const StorageRef foreign = filled(other->allocate(300), 2);
  const BlockRef first = blocks.store(bytes_of(heap), heap);
  const BlockRef second = blocks.store(bytes_of(foreign), foreign);
  const BlockRef third = blocks.store(bytes_of(heap), {});
  const BlockRef empty = blocks.store({}, {});
  filled(heap, 9);
  filled(foreign, 9);
  const WorkersView view(*region);
  REQUIRE(view.at(first) == repeated(300, 1));
  REQUIRE(view.at(second) == repeated(300, 2));
  REQUIRE(view.at(third) == repeated(300, 1));
  REQUIRE(empty.length == 0);
  REQUIRE(held.size() == 4);
  held.clear();
  REQUIRE(region->used() == 0);
}

TEST_CASE("an exhausted region says what to change, and serves again when a block is dropped") {
  const auto region = RequestRegion::create(kSize);
  StorageRef loan = region->allocate(kSize / 2);
  REQUIRE(region->used() == kSize / 2);
  const auto too_much = [&] { return region->allocate(kSize / 2 + 1); };
  REQUIRE_THROWS_WITH(too_much(), contains("shared_memory_limit") && contains("max_queue_size") &&
                                      contains(std::to_string(kSize / 2 + 1)) &&
                                      contains(std::to_string(kSize)));
  try {
    too_much();
  } catch (const Error& error) {
    REQUIRE(error.code() == ErrorCode::kOutOfMemory);
  }
  BlockList held;
  RequestBlocks blocks(*region, held);
  const std::vector<std::byte> large(kSize / 2 + 1);
  REQUIRE_THROWS_AS(blocks.store(large, {}), Error);
  REQUIRE(held.empty());
  loan = {};
  REQUIRE(too_much()->size() == kSize / 2 + 1);
  REQUIRE_THROWS_AS(region->allocate(~std::size_t{0}), Error);
}

TEST_CASE("a loan outlives the pool that made it") {
  const int before = mapped_regions("requests");
  auto region = RequestRegion::create(kSize);
  StorageRef loan = region->allocate(1000);
  StorageRef other = region->allocate(1000);
  region.reset();
  other = {};
  REQUIRE(mapped_regions("requests") == before + 1);
  filled(loan, 7);
  REQUIRE(loan->data()[999] == std::byte{7});
  loan = {};
  REQUIRE(mapped_regions("requests") == before);
}

TEST_CASE("the pool outlives its loans, and so does their memory") {
  const int before = mapped_regions("requests");
  auto region = RequestRegion::create(kSize);
  region->allocate(1000);
  REQUIRE(mapped_regions("requests") == before + 1);
  REQUIRE(all_of(filled(region->allocate(1000), 3), 3));
  region.reset();
  REQUIRE(mapped_regions("requests") == before);
}

TEST_CASE("the object of a dropped loan is used again for the next one, as new") {
  const auto region = RequestRegion::create(kSize);
  StorageRef first = region->allocate(1000);
  const StorageRef kept = region->allocate(64);
  const void* const object = first.get();
  first->freeze();
  first = {};
  const StorageRef second = region->allocate(5000);
  REQUIRE(second.get() == object);
  REQUIRE(second->writable());
  REQUIRE(second->size() == 5000);
  REQUIRE(second->references() == 1);
  REQUIRE(second->offset() > kept->offset());
  REQUIRE(all_of(filled(second, 4), 4));
}

TEST_CASE("more blocks than are kept can be out, and come back") {
  const auto region = RequestRegion::create(kSize);
  for (int round = 0; round < 2; ++round) {
    std::vector<StorageRef> blocks;
    for (int i = 0; i < 300; ++i) blocks.push_back(filled(region->allocate(100), i));
    for (int i = 0; i < 300; ++i) REQUIRE(all_of(blocks[static_cast<std::size_t>(i)], i));
  }
  REQUIRE(region->used() == 0);
}

TEST_CASE("a dropped loan is given out again, the lowest first") {
  const auto region = RequestRegion::create(kSize);
  const std::uint64_t first = region->allocate(5000)->offset();
  const StorageRef again = region->allocate(5000);
  REQUIRE(again->offset() == first);
}

TEST_CASE("the pages of free memory are given back, those of loans are not") {
  const auto region = RequestRegion::create(8 << 20);
  const core::FileDescriptor fd = region->read_only();
  const auto allocated = [&] {
    struct stat status {};
    REQUIRE(fstat(fd.get(), &status) == 0);
    return static_cast<std::size_t>(status.st_blocks) * 512;
  };
  REQUIRE(allocated() == kPopulated);
  StorageRef first = filled(region->allocate(2 << 20), 1);
  const StorageRef second = filled(region->allocate(1 << 20), 2);
  StorageRef third = filled(region->allocate(2 << 20), 3);
  first = {};
  third = {};
  REQUIRE(allocated() == 5 << 20);
  region->trim();
  REQUIRE(allocated() == (1 << 20) + kPopulated);
  REQUIRE(
      std::ranges::all_of(bytes_of(second), [](std::byte byte) { return byte == std::byte{2}; }));
}

TEST_CASE("many threads place and drop blocks at once") {
  const auto region = RequestRegion::create(kSize);
  std::atomic<int> wrong{0};
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&, thread] {
        for (std::size_t i = 0; i < 2000; ++i) {
          const StorageRef block = filled(region->allocate(i % 500), thread);
          for (const std::byte byte : bytes_of(block))
            wrong += byte == static_cast<std::byte>(thread) ? 0 : 1;
        }
      });
    }
  }
  REQUIRE(wrong == 0);
  REQUIRE(region->used() == 0);
}

}  // namespace
}  // namespace inferpool::ipc
