// SPDX-License-Identifier: Apache-2.0
#include "runtimes/xgboost/loaded_config.hpp"

#include <string>
#include <vector>

#include "catch.hpp"
#include "runtimes/xgboost/xgboost_error.hpp"

namespace inferpool::test {
namespace {

using runtimes::CheckedModel;
using runtimes::LoadedConfig;
using runtimes::read_config;
using runtimes::XgboostError;

// What the comparison says to a model and a configuration that differ.
std::string difference(const CheckedModel& model, const LoadedConfig& config) {
  try {
    compare(model, config);
  } catch (const XgboostError& error) {
    return error.what();
  }
  return "none";
}

CheckedModel with_base_scores(const std::vector<float>& scores, const std::string& text) {
  return {.base_scores = scores, .base_score = text};
}

TEST_CASE("what XGBoost says of a loaded model is read from the places where it says it") {
  const LoadedConfig config = read_config(R"({"learner": {
    "learner_train_param": {"booster": "gbtree"},
    "objective": {"name": "multi:softprob"},
    "learner_model_param": {"base_score": "5E-1", "num_class": "3", "num_target": "1",
                            "num_feature": "4"}}, "version": [1, 7, 4]})");
  CHECK(config.booster == "gbtree");
  CHECK(config.objective == "multi:softprob");
  CHECK(config.base_score == "5E-1");
  CHECK(config.num_class == "3");
  CHECK(config.num_target == "1");
  CHECK(config.num_feature == "4");
  CHECK(config.classes == 3);
}

TEST_CASE("what XGBoost does not say is empty, and a model without classes has none of them") {
  const LoadedConfig config = read_config("{}");
  CHECK(config.booster.empty());
  CHECK(config.classes == 0);
}

TEST_CASE("a configuration in another form is refused") {
  CHECK_THROWS_WITH(read_config("{"), contains("its configuration is not JSON"));
  CHECK_THROWS_AS(read_config(R"({"learner": {"objective": {"name": 3}}})"), XgboostError);
}

TEST_CASE("a model of which XGBoost has read another number is refused with both", "[W1]") {
  CHECK(difference({.num_class = "3"}, {.num_class = "2"}) ==
        "its num_class is \"3\", but XGBoost has read \"2\"");
  CHECK(difference({.num_target = "2"}, {.num_target = "1"}) ==
        "its num_target is \"2\", but XGBoost has read \"1\"");
  CHECK(difference({.num_feature = "4"}, {.num_feature = ""}) ==
        "its num_feature is \"4\", but XGBoost has read \"\"");
}

TEST_CASE("numbers are compared by their values, and only those that the file has") {
  CHECK(difference({.num_class = "3"}, {.num_class = "03"}) == "none");
  CHECK(difference({}, {.num_class = "3", .num_target = "2", .num_feature = "4"}) == "none");
}

TEST_CASE("a base score is compared by its value, however it is written", "[W1]") {
  const CheckedModel model = with_base_scores({7.25F}, "7.25E0");
  CHECK(difference(model, {.base_score = "7.25"}) == "none");
  CHECK(difference(model, {.base_score = "[7.25E0]"}) == "none");
  CHECK(difference(model, {.base_score = "5E-1"}) ==
        "its base_score is \"7.25E0\", but XGBoost has read \"5E-1\"");
}

TEST_CASE("a single base score stands for all outputs, on either side", "[W1]") {
  CHECK(difference(with_base_scores({2}, "2"), {.base_score = "[2,2,2]"}) == "none");
  CHECK(difference(with_base_scores({2, 2}, "2"), {.base_score = "2"}) == "none");
  CHECK(difference(with_base_scores({1, 2}, "1"), {.base_score = "1"}) != "none");
  CHECK(difference(with_base_scores({1, 2}, "1"), {.base_score = "[1,3]"}) != "none");
  CHECK(difference(with_base_scores({2}, "2"), {.base_score = "[2,2,3]"}) != "none");
}

TEST_CASE("a model of the binary form, which says nothing of itself, is compared with nothing") {
  CHECK(difference({}, {.base_score = "5E-1"}) == "none");
}

}  // namespace
}  // namespace inferpool::test
