// SPDX-License-Identifier: Apache-2.0
#include "measure/figure.hpp"

#include "catch.hpp"

namespace bench {
namespace {

Figure figure(Relation relation, double target) {
  return {.what = "it", .runs = {3, 9, 1, 2, 4}, .relation = relation, .target = target};
}

TEST_CASE("a figure is the median of its runs") {
  CHECK(figure(Relation::kAtMost, 3).value() == 3);
}

TEST_CASE("whether a figure holds depends on its relation") {
  CHECK(figure(Relation::kAtMost, 3).holds());
  CHECK_FALSE(figure(Relation::kAtMost, 2.9).holds());
  CHECK(figure(Relation::kBelow, 3.1).holds());
  CHECK_FALSE(figure(Relation::kBelow, 3).holds());
  CHECK(figure(Relation::kAtLeast, 3).holds());
  CHECK_FALSE(figure(Relation::kAtLeast, 3.1).holds());
}

TEST_CASE("a figure without a run does not hold") {
  CHECK_FALSE(Figure{.what = "it", .relation = Relation::kAtMost, .target = 3}.holds());
}

TEST_CASE("a figure says that it was missed, and why") {
  Figure missed = figure(Relation::kAtMost, 2);
  missed.unit = "x";
  missed.note = "two cores are not enough";
  CHECK(to_string(missed) == "it: 3 x (<= 2) MISSED; two cores are not enough");
}

TEST_CASE("a relation is read from its symbol") {
  for (const Relation relation : {Relation::kAtMost, Relation::kBelow, Relation::kAtLeast})
    CHECK(relation_of(symbol(relation)) == relation);
  CHECK_THROWS_WITH(relation_of("=="), inferpool::test::contains("=="));
}

}  // namespace
}  // namespace bench
