// SPDX-License-Identifier: Apache-2.0
#include "ipc/extent_allocator.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "catch.hpp"
#include "ipc/layout.hpp"

namespace inferpool::ipc {
namespace {

constexpr std::uint64_t kUnit = kBlockAlignment;

bool is_whole(const ExtentAllocator& extents) {
  return extents.used() == 0 && extents.free_extents().size() == 1 &&
         extents.free_extents().front().offset == 0 &&
         extents.free_extents().front().length == extents.size();
}

TEST_CASE("extents start at multiples of the alignment, and take whole units") {
  ExtentAllocator extents(10 * kUnit);
  REQUIRE(extents.allocate(1) == 0);
  REQUIRE(extents.allocate(kUnit) == kUnit);
  REQUIRE(extents.allocate(kUnit + 1) == 2 * kUnit);
  REQUIRE(extents.allocate(0) == 4 * kUnit);
  REQUIRE(extents.used() == 5 * kUnit);
}

TEST_CASE("a size that is no multiple of the alignment is rounded down") {
  ExtentAllocator extents(2 * kUnit + 63);
  REQUIRE(extents.size() == 2 * kUnit);
  REQUIRE(extents.allocate(2 * kUnit) == 0);
  REQUIRE_FALSE(extents.allocate(1));
  REQUIRE_FALSE(ExtentAllocator(63).allocate(0));
}

TEST_CASE("what does not fit is refused, however large") {
  ExtentAllocator extents(4 * kUnit);
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
  for (const std::uint64_t length : {4 * kUnit + 1, kMost - 62, kMost - 1, kMost}) {
    CAPTURE(length);
    REQUIRE_FALSE(extents.allocate(length));
  }
  REQUIRE(extents.allocate(4 * kUnit) == 0);
  REQUIRE_FALSE(extents.allocate(1));
  extents.release(0, 4 * kUnit);
  REQUIRE(is_whole(extents));
}

TEST_CASE("the lowest extent that is large enough is given") {
  ExtentAllocator extents(100 * kUnit);
  const auto a = extents.allocate(2 * kUnit);
  extents.allocate(kUnit);
  const auto b = extents.allocate(4 * kUnit);
  extents.allocate(kUnit);
  extents.release(*b, 4 * kUnit);
  extents.release(*a, 2 * kUnit);
  REQUIRE(extents.allocate(3 * kUnit) == *b);
  REQUIRE(extents.allocate(kUnit) == *a);
  REQUIRE(extents.allocate(kUnit) == *a + kUnit);
}

TEST_CASE("extents join with their free neighbours, in whatever order they come back") {
  std::vector<int> order{0, 1, 2, 3, 4};
  do {
    ExtentAllocator extents(5 * kUnit);
    for (int i = 0; i < 5; ++i) extents.allocate(kUnit);
    for (const int i : order) extents.release(static_cast<std::uint64_t>(i) * kUnit, kUnit);
    REQUIRE(is_whole(extents));
  } while (std::next_permutation(order.begin(), order.end()));
}

struct Given {
  std::uint64_t offset;
  std::uint64_t length;
};

// One owner for each unit of the region: 0 where it is free.
class Units {
 public:
  explicit Units(std::size_t size) : owners_(size / kUnit) {}

  // False if a unit belongs to somebody else.
  bool change(const Given& given, int from, int to) {
    const std::uint64_t first = given.offset / kUnit;
    const std::uint64_t count = std::max<std::uint64_t>((given.length + kUnit - 1) / kUnit, 1);
    for (std::uint64_t i = first; i < first + count; ++i) {
      if (i >= owners_.size() || owners_[i] != from) return false;
      owners_[i] = to;
    }
    return true;
  }

  [[nodiscard]] bool are_free(const ExtentAllocator::Extent& extent) const {
    const auto first = owners_.begin() + static_cast<std::ptrdiff_t>(extent.offset / kUnit);
    return std::all_of(first, first + static_cast<std::ptrdiff_t>(extent.length / kUnit),
                       [](int owner) { return owner == 0; });
  }

  [[nodiscard]] std::uint64_t used() const {
    return kUnit * static_cast<std::uint64_t>(
                       owners_.size() -
                       static_cast<std::size_t>(std::count(owners_.begin(), owners_.end(), 0)));
  }

 private:
  std::vector<int> owners_;
};

TEST_CASE("no unit is ever given twice, and none is lost") {
  constexpr std::size_t kSize = 400 * kUnit;
  ExtentAllocator extents(kSize);
  Units units(kSize);
  std::vector<Given> given;
  std::mt19937 random(7);
  for (int step = 0; step < 20'000; ++step) {
    if (random() % 2 == 0) {
      const std::uint64_t length = random() % (random() % 16 == 0 ? 100 * kUnit : 3 * kUnit);
      const auto offset = extents.allocate(length);
      if (!offset) continue;
      given.push_back({*offset, length});
      REQUIRE(units.change(given.back(), 0, 1));
    } else if (!given.empty()) {
      std::swap(given[random() % given.size()], given.back());
      extents.release(given.back().offset, given.back().length);
      REQUIRE(units.change(given.back(), 1, 0));
      given.pop_back();
    }
    REQUIRE(extents.used() == units.used());
  }
  for (const auto& extent : extents.free_extents()) REQUIRE(units.are_free(extent));
  for (const Given& left : given) extents.release(left.offset, left.length);
  REQUIRE(is_whole(extents));
}

TEST_CASE("giving an extent back takes no memory") {
  // A destructor gives it back and may not throw, so the room for it was made before.
  constexpr std::uint64_t kCount = 2000;
  ExtentAllocator extents(kCount * kUnit);
  for (std::uint64_t i = 0; i < kCount; ++i) extents.allocate(kUnit);
  const std::size_t room = extents.free_extents().capacity();
  for (std::uint64_t i = 0; i < kCount; i += 2) extents.release(i * kUnit, kUnit);
  REQUIRE(extents.free_extents().size() == kCount / 2);
  REQUIRE(extents.free_extents().capacity() == room);
}

}  // namespace
}  // namespace inferpool::ipc
