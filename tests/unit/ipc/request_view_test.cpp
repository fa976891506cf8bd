// SPDX-License-Identifier: Apache-2.0
#include "ipc/request_view.hpp"

#include <cstring>
#include <limits>
#include <memory>
#include <vector>

#include <inferpool/tensor.hpp>

#include "catch.hpp"
#include "ipc/request_region.hpp"

namespace inferpool::ipc {
namespace {

using detail::BlockRef;
using detail::Malformed;
using detail::StorageRef;

constexpr std::size_t kSize = 1 << 20;
constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();

// One request on its way: the host's block, and the worker's mapping of the region.
struct Request {
  Request() { std::memset(block->data(), 1, block->size()); }

  // The host has the reply, and uses the memory for something else.
  void reuse() const { std::memset(block->data(), 99, block->size()); }
  [[nodiscard]] BlockRef ref() const { return {block->offset(), block->size()}; }

  std::shared_ptr<RequestRegion> region = RequestRegion::create(kSize);
  StorageRef block = region->allocate(4096);
  MemoryFile file = MemoryFile::adopt(region->read_only(), kSize);
  Mapping mapping{file, Access::kReadOnly};
};

bool is_filled(const StorageRef& storage, int value) {
  return std::vector<std::byte>(storage->data(), storage->data() + storage->size()) ==
         std::vector<std::byte>(storage->size(), static_cast<std::byte>(value));
}

TEST_CASE("a request's block is seen where it lies, and cannot be written") {
  const Request request;
  RequestView view(request.mapping);
  for (const bool fixed_width : {true, false}) {
    const StorageRef input = view.open(request.ref(), fixed_width);
    REQUIRE(input->data() == request.mapping.data() + request.block->offset());
    REQUIRE(input->size() == 4096);
    REQUIRE_FALSE(input->writable());
    REQUIRE(is_filled(input, 1));
  }
  REQUIRE(view.bytes(request.block->offset(), 10).size() == 10);
  REQUIRE(view.in_place(request.ref()).data() == request.mapping.data() + request.block->offset());
  REQUIRE(view.in_place(request.ref()).size() == 4096);
}

TEST_CASE("a request's block outside of the region is malformed") {
  const Request request;
  RequestView view(request.mapping);
  for (const BlockRef& block : {BlockRef{0, kSize + 1}, BlockRef{kSize, 1}, BlockRef{kSize + 1, 0},
                                BlockRef{1, kMost}, BlockRef{kMost, 1}, BlockRef{kMost, kMost}}) {
    CAPTURE(block.offset, block.length);
    REQUIRE_THROWS_AS(view.open(block, true), Malformed);
    REQUIRE_THROWS_AS(view.in_place(block), Malformed);
    REQUIRE_THROWS_AS(view.bytes(block.offset, block.length), Malformed);
  }
  REQUIRE(view.open({0, kSize}, true)->size() == kSize);
  REQUIRE(view.open({kSize, 0}, true)->size() == 0);
}

TEST_CASE("an input that the model kept keeps its contents") {
  const Request request;
  StorageRef kept;
  {
    RequestView view(request.mapping);
    kept = view.open(request.ref(), true);
    view.detach();
    request.reuse();
    REQUIRE(is_filled(kept, 1));
  }
  REQUIRE(is_filled(kept, 1));
  REQUIRE_FALSE(kept->writable());
}

TEST_CASE("an input that the model kept is detached when the request ends, too") {
  const Request request;
  StorageRef kept;
  {
    RequestView view(request.mapping);
    kept = view.open(request.ref(), true);
  }
  request.reuse();
  REQUIRE(is_filled(kept, 1));
}

TEST_CASE("all copies of a kept tensor see the same bytes of their own") {
  const Request request;
  std::vector<Tensor> kept;
  {
    RequestView view(request.mapping);
    const Tensor input = detail::TensorAccess::make(Datatype::kUint8, Shape({4096}),
                                                    view.open(request.ref(), true), 4096);
    kept.push_back(input);
    kept.push_back(input.reshaped(Shape({64, 64})));
  }
  request.reuse();
  const Tensor expected(Tensor::from(std::vector<std::uint8_t>(4096, 1), Shape({4096})));
  REQUIRE(kept[0] == expected);
  REQUIRE(kept[1].bytes().data() == kept[0].bytes().data());
  kept[0].mutable_values<std::uint8_t>()[0] = 50;
  REQUIRE(kept[1] == expected.reshaped(Shape({64, 64})));
}

TEST_CASE("a detached input belongs to its keeper alone") {
  const Request request;
  RequestView view(request.mapping);
  const StorageRef kept = view.open(request.ref(), true);
  const std::byte* const before = kept->data();
  view.open(request.ref(), true);
  view.detach();
  REQUIRE(kept->data() != before);
  REQUIRE(kept->references() == 1);
  const std::byte* const own = kept->data();
  view.detach();
  REQUIRE(kept->data() == own);
}

TEST_CASE("the object of an input is used again for the next request's, unless the model kept it") {
  const Request request;
  RequestView view(request.mapping);
  const void* const object = view.open(request.ref(), true).get();
  view.detach();
  StorageRef kept = view.open({request.block->offset() + 64, 64}, true);
  REQUIRE(kept.get() == object);
  REQUIRE(kept->size() == 64);
  REQUIRE(kept->data() == request.mapping.data() + request.block->offset() + 64);
  view.detach();
  const StorageRef next = view.open(request.ref(), true);
  REQUIRE(next.get() != kept.get());
  REQUIRE(next->data() == request.mapping.data() + request.block->offset());
  request.reuse();
  REQUIRE(is_filled(kept, 1));
  REQUIRE(is_filled(next, 99));
}

TEST_CASE("an input that was detached and dropped leaves nothing behind in the next one") {
  const Request request;
  RequestView view(request.mapping);
  StorageRef input = view.open(request.ref(), true);
  input->detach();
  input = {};
  view.detach();
  const StorageRef next = view.open(request.ref(), true);
  REQUIRE(next->data() == request.mapping.data() + request.block->offset());
  StorageRef kept = next;
  view.detach();
  request.reuse();
  REQUIRE(is_filled(kept, 1));
}

TEST_CASE("an empty input can be kept") {
  const Request request;
  StorageRef kept;
  {
    RequestView view(request.mapping);
    kept = view.open({128, 0}, true);
  }
  REQUIRE(kept->size() == 0);
}

}  // namespace
}  // namespace inferpool::ipc
