// SPDX-License-Identifier: Apache-2.0
#include "measure/rounds.hpp"

#include "catch.hpp"

namespace bench {
namespace {

// Appends its name to `order` at each turn, and adds `value` each time.
Contender named(const std::string& name, double value, std::string& order) {
  return {name, [=, &order](Nanoseconds, Samples& samples) {
            order += name;
            samples.add(value);
          }};
}

TEST_CASE("contenders take turns, and each of them is first as often as the others") {
  std::string order;
  Rounds rounds({named("a", 1, order), named("b", 2, order)}, {.runs = 2, .slices = 2});
  rounds.run();
  CHECK(order ==
        "ab"
        "abba"
        "abba");
}

TEST_CASE("the warm-up is not counted, and each run has its own samples") {
  std::string order;
  Rounds rounds({named("a", 1, order), named("b", 2, order)}, {.runs = 3, .slices = 4});
  rounds.run();
  CHECK(rounds.samples(0, 2).size() == 4);
  CHECK(rounds.all(1).size() == 12);
  CHECK(ratios(rounds.quantiles(1, 0.5), rounds.means(0)) == std::vector<double>{2, 2, 2});
}

TEST_CASE("a contender is found by its name") {
  std::string order;
  const Rounds rounds({named("a", 1, order), named("b", 2, order)}, {});
  CHECK(rounds.index("b") == 1);
  CHECK(rounds.name(1) == "b");
  CHECK_THROWS_WITH(rounds.index("c"), inferpool::test::contains("c"));
}

}  // namespace
}  // namespace bench
