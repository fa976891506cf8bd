// SPDX-License-Identifier: Apache-2.0
#include "mix/break_even.hpp"

#include <vector>

#include "catch.hpp"

namespace bench {
namespace {

using inferpool::test::Approx;

TEST_CASE("a pool breaks even between the last run time that loses and the next") {
  const std::vector<Gain> gains{{1, 0.2}, {4, 0.5}, {16, 1.5}, {64, 1.8}};
  CHECK(break_even(gains) == Approx(8));
}

TEST_CASE("a run time that gains before one that loses is not where a pool breaks even") {
  const std::vector<Gain> gains{{1, 1.1}, {4, 0.5}, {16, 1.5}};
  CHECK(break_even(gains) == Approx(8));
}

TEST_CASE("where a pool always or never gains, it breaks even at the end of what was measured") {
  CHECK(break_even(std::vector<Gain>{{1, 1.2}, {4, 1.5}}) == 1);
  CHECK(break_even(std::vector<Gain>{{1, 0.2}, {4, 0.9}}) == 4);
}

}  // namespace
}  // namespace bench
