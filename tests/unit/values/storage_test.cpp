// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <limits>
#include <new>
#include <thread>
#include <utility>
#include <vector>

#include <inferpool/detail/storage.hpp>

#include "catch.hpp"

namespace inferpool::detail {
namespace {

// Counts how many of its kind live.
class Counted final : public Storage {
 public:
  explicit Counted(int& alive) : Storage(nullptr, 0, true), alive_(alive) { ++alive_; }
  ~Counted() override { --alive_; }

 private:
  int& alive_;
};

TEST_CASE("the last reference destroys a storage") {
  int alive = 0;
  {
    StorageRef first(new Counted(alive));
    REQUIRE(first->references() == 1);
    StorageRef second = first;
    REQUIRE(first->references() == 2);
    first = StorageRef();
    REQUIRE_FALSE(first);
    REQUIRE(alive == 1);
    StorageRef third = std::move(second);
    REQUIRE(third->references() == 1);
    third = StorageRef(third);
    REQUIRE(third->references() == 1);
  }
  REQUIRE(alive == 0);
}

// Is used again when nothing refers to it.
class Recycled final : public Storage {
 public:
  Recycled() : Storage(nullptr, 0, true) {}
  std::atomic<int> disposed = 0;

 private:
  void dispose() noexcept override { ++disposed; }
};

TEST_CASE("a storage may be used again instead of being destroyed, when the last reference goes") {
  Recycled storage;
  for (int i = 0; i < 3; ++i) {
    StorageRef first(&storage);
    REQUIRE(first->references() == 1);
    StorageRef second = first;
    REQUIRE(first->references() == 2);
    first = {};
    REQUIRE(storage.disposed == i);
    second = {};
    REQUIRE(storage.disposed == i + 1);
  }
}

TEST_CASE("of two threads that drop their references at once, one disposes of the storage") {
  Recycled storage;
  for (int i = 0; i < 500; ++i) {
    StorageRef first(&storage);
    std::jthread other([second = first]() mutable { second = {}; });
    first = {};
    other.join();
    REQUIRE(storage.disposed == i + 1);
  }
}

TEST_CASE("heap storage is aligned to 64 and writable to its last byte") {
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{63}, std::size_t{4097}}) {
    const StorageRef storage = heap_storage(size);
    CAPTURE(size);
    REQUIRE(storage->size() == size);
    REQUIRE(reinterpret_cast<std::uintptr_t>(storage->data()) % 64 == 0);
    REQUIRE(storage->region() == nullptr);
    REQUIRE(storage->writable());
    std::memset(storage->data(), 0xA5, size);
  }
}

TEST_CASE("heap storage of an impossible size is refused") {
  REQUIRE_THROWS_AS(heap_storage(std::numeric_limits<std::size_t>::max()), std::bad_alloc);
}

TEST_CASE("storage that two references share is not writable") {
  const StorageRef storage = heap_storage(8);
  {
    const StorageRef other = storage;
    REQUIRE_FALSE(storage->writable());
  }
  REQUIRE(storage->writable());
}

TEST_CASE("frozen storage is not writable any more") {
  const StorageRef storage = heap_storage(8);
  storage->freeze();
  REQUIRE_FALSE(storage->writable());
}

TEST_CASE("borrowed storage is the caller's memory, and read only") {
  const std::array<std::byte, 3> bytes{std::byte{1}, std::byte{2}, std::byte{3}};
  const StorageRef storage = borrowed_storage(bytes.data(), bytes.size());
  REQUIRE(storage->data() == bytes.data());
  REQUIRE(storage->size() == 3);
  REQUIRE_FALSE(storage->writable());
}

TEST_CASE("detached borrowed storage has bytes of its own, for all that share it") {
  std::vector<std::byte> bytes(100, std::byte{5});
  const StorageRef storage = borrowed_storage(bytes.data(), bytes.size());
  const StorageRef other = storage;
  storage->detach();
  const std::byte* const own = storage->data();
  REQUIRE(own != bytes.data());
  std::fill(bytes.begin(), bytes.end(), std::byte{6});
  REQUIRE(other->data() == own);
  REQUIRE(std::vector<std::byte>(own, own + 100) == std::vector<std::byte>(100, std::byte{5}));
  storage->detach();
  REQUIRE(storage->data() == own);
}

TEST_CASE("heap storage stays where it is when it is detached") {
  const StorageRef storage = heap_storage(100);
  const std::byte* const before = storage->data();
  storage->detach();
  REQUIRE(storage->data() == before);
}

TEST_CASE("empty borrowed storage can be detached") {
  const StorageRef storage = borrowed_storage(nullptr, 0);
  storage->detach();
  REQUIRE(storage->size() == 0);
}

}  // namespace
}  // namespace inferpool::detail
