// SPDX-License-Identifier: Apache-2.0
#include "ipc/free_list.hpp"

#include <memory>
#include <utility>
#include <vector>

#include "catch.hpp"

namespace inferpool::ipc {
namespace {

// Counts how many pieces live.
struct Piece {
  explicit Piece(int& alive) : alive_(alive) { ++alive_; }
  ~Piece() { --alive_; }
  Piece(const Piece&) = delete;
  Piece& operator=(const Piece&) = delete;

  std::unique_ptr<Piece> next_free;
  int& alive_;
};

TEST_CASE("a kept object is taken once, the last one first") {
  int alive = 0;
  FreeList<Piece> free_list;
  REQUIRE(free_list.take() == nullptr);
  auto first = std::make_unique<Piece>(alive);
  auto second = std::make_unique<Piece>(alive);
  const Piece* const first_kept = first.get();
  const Piece* const second_kept = second.get();
  REQUIRE(free_list.keep(std::move(first)) == nullptr);
  REQUIRE(free_list.keep(std::move(second)) == nullptr);
  const auto taken = free_list.take();
  REQUIRE(taken.get() == second_kept);
  REQUIRE(taken->next_free == nullptr);
  REQUIRE(free_list.take().get() == first_kept);
  REQUIRE(free_list.take() == nullptr);
  REQUIRE(alive == 1);
}

TEST_CASE("no more objects are kept than kMost, and they end with their list") {
  int alive = 0;
  {
    FreeList<Piece> free_list;
    for (std::size_t i = 0; i < FreeList<Piece>::kMost; ++i)
      REQUIRE(free_list.keep(std::make_unique<Piece>(alive)) == nullptr);
    auto surplus = free_list.keep(std::make_unique<Piece>(alive));
    REQUIRE(surplus != nullptr);
    surplus.reset();
    REQUIRE(alive == static_cast<int>(FreeList<Piece>::kMost));
    free_list.take().reset();
    REQUIRE(free_list.keep(std::make_unique<Piece>(alive)) == nullptr);
  }
  REQUIRE(alive == 0);
}

}  // namespace
}  // namespace inferpool::ipc
