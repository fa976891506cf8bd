// SPDX-License-Identifier: Apache-2.0
#include "runtimes/xgboost/base_scores.hpp"

#include <string>
#include <vector>

#include "catch.hpp"
#include "runtimes/xgboost/xgboost_error.hpp"

namespace inferpool::test {
namespace {

using runtimes::first_base_score;
using runtimes::read_base_scores;
using runtimes::XgboostError;
using Scores = std::vector<float>;

TEST_CASE("a base score is one number, or a list with a number for each output") {
  CHECK(read_base_scores("7.25E0") == Scores{7.25F});
  CHECK(read_base_scores("[7.25E0]") == Scores{7.25F});
  CHECK(read_base_scores("[5E-1,-1E0,0]") == Scores{0.5F, -1, 0});
  CHECK(read_base_scores(" \n[ 1 ,\t2 ]\r ") == Scores{1, 2});
}

TEST_CASE("a number that no float is equal to becomes the nearest one", "[W1]") {
  CHECK(read_base_scores("0.1") == Scores{0.1F});
  CHECK(read_base_scores("16777217") == Scores{16777216});
}

TEST_CASE("what is neither a number nor a list of numbers is refused as it is written", "[W1]") {
  for (const std::string text : {"", " ", "[", "]", "[]", "[1,]", "[,1]", "1,,2", "[1 2]", "a half",
                                 "12]", "[12", "[1", "0x1", "1e99", "+1"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(read_base_scores(text), XgboostError);
    CHECK_THROWS_WITH(read_base_scores(text), "its base_score is \"" + text +
                                                  "\"; expected: a number, or a list of numbers");
  }
}

TEST_CASE("the first base score is known by its text, without what is around it") {
  CHECK(first_base_score("7.25E0") == "7.25E0");
  CHECK(first_base_score("[7.25E0]") == "7.25E0");
  CHECK(first_base_score(" [ 5E-1 , 1E0]\n") == "5E-1");
  CHECK(first_base_score("").empty());
}

}  // namespace
}  // namespace inferpool::test
