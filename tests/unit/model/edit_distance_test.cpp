// SPDX-License-Identifier: Apache-2.0
#include "model/edit_distance.hpp"
#include "catch.hpp"

namespace inferpool {
namespace {

TEST_CASE("the edit distance counts what is inserted, removed and replaced") {
  REQUIRE(edit_distance("", "") == 0);
  REQUIRE(edit_distance("spin", "spin") == 0);
  REQUIRE(edit_distance("", "spin") == 4);
  REQUIRE(edit_distance("spin", "") == 4);
  REQUIRE(edit_distance("retry", "retries") == 3);
  REQUIRE(edit_distance("wroker", "worker") == 2);
  REQUIRE(edit_distance("kitten", "sitting") == 3);
}

}  // namespace
}  // namespace inferpool
