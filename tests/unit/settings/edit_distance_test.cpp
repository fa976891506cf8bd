// SPDX-License-Identifier: Apache-2.0
#include "settings/edit_distance.hpp"
#include "catch.hpp"

namespace inferpool {
namespace {

TEST_CASE("the edit distance counts what is inserted, removed and replaced") {
  REQUIRE(settings::edit_distance("", "") == 0);
  REQUIRE(settings::edit_distance("spin", "spin") == 0);
  REQUIRE(settings::edit_distance("", "spin") == 4);
  REQUIRE(settings::edit_distance("spin", "") == 4);
  REQUIRE(settings::edit_distance("retry", "retries") == 3);
  REQUIRE(settings::edit_distance("wroker", "worker") == 2);
  REQUIRE(settings::edit_distance("kitten", "sitting") == 3);
}

}  // namespace
}  // namespace inferpool
