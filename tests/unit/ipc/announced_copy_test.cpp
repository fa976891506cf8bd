// SPDX-License-Identifier: Apache-2.0
#include "ipc/announced_copy.hpp"

#include <optional>
#include <vector>

#include "catch.hpp"

namespace inferpool::ipc {
namespace {

// How much was copied, from the front, when the copy was announced; none if it was not.
std::optional<std::size_t> announced_at(std::size_t size) {
  const std::vector<std::byte> from(size, std::byte{7});
  std::vector<std::byte> to(size);
  std::optional<std::size_t> at;
  const auto announce = [&] {
    REQUIRE_FALSE(at);
    at = 0;
    while (*at < size && to[*at] == std::byte{7}) ++*at;
  };
  announced_copy(to.data(), from, announce);
  REQUIRE(to == from);
  return at;
}

TEST_CASE("a small copy is not announced") {
  REQUIRE_FALSE(announced_at(0));
  REQUIRE_FALSE(announced_at(1));
  REQUIRE_FALSE(announced_at(kLeastAnnounced - 1));
}

TEST_CASE("a copy that takes as long as a wake-up is announced before it begins") {
  REQUIRE(announced_at(kLeastAnnounced) == 0U);
  REQUIRE(announced_at(kAnnouncedAhead) == 0U);
}

TEST_CASE("a large copy is announced when 1 MiB is left of it") {
  REQUIRE(announced_at(kAnnouncedAhead + 1) == 1U);
  REQUIRE(announced_at(4 * kAnnouncedAhead) == 3 * kAnnouncedAhead);
}

}  // namespace
}  // namespace inferpool::ipc
