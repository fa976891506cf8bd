// SPDX-License-Identifier: Apache-2.0
#include "mix/turns.hpp"

#include <string>

#include "catch.hpp"

namespace bench {
namespace {

// Appends its name to `order` at each turn, and has made so many calls in a second.
Load named(char name, double calls, std::string& order) {
  return [=, &order](Nanoseconds) {
    order += name;
    return Slice{.seconds = 1, .calls = calls};
  };
}

TEST_CASE("loads take turns, and each of them is first as often as the others") {
  std::string order;
  const auto given =
      take_turns({named('a', 3, order), named('b', 5, order)}, {.runs = 2, .slices = 3});
  CHECK(order ==
        "abbaab"
        "baabba");
  REQUIRE(given.size() == 2);
  CHECK(rates_of(given[0]) == std::vector<double>{3, 3});
  CHECK(given[1][1].calls == 15);
}

}  // namespace
}  // namespace bench
