// SPDX-License-Identifier: Apache-2.0
// XGBoost models with MLServer's settings, which answer like MLServer's runtime, beside models of
// the plain worker.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include <inferpool/pool.hpp>

#include "catch.hpp"
#include "integration/runtime_pool.hpp"
#include "unit/runtimes/xgboost/edited_model.hpp"
#include "unit/settings/scoped_variable.hpp"

namespace inferpool::test {
namespace {

constexpr auto kColumns = static_cast<std::int64_t>(TrainedBooster::kColumns);
constexpr const char* kMlserver = "mlserver_xgboost.XGBoostModel";

std::vector<float> some_rows() { return made_up_rows(30, TrainedBooster::kColumns, 7); }

// A classifier that was trained with early stopping.
struct StoppedEarly : EditedModel {
  StoppedEarly() : EditedModel({{"objective", "binary:logistic"}, {"eta", "1"}}) {
    attribute("best_iteration") = "3";
    attribute("scikit_learn") = R"({"n_classes_": 2, "_estimator_type": "classifier"})";
  }
};

Tensor asked(const Settings& settings) {
  Pool<> pool{settings};
  return pool.infer({{"predict", Tensor::from(some_rows(), {30, kColumns})}})["predict"];
}

Settings settings_for(const std::string& uri, const std::string& implementation = "") {
  Settings settings = runtime_settings("xgboost");
  settings.uri = uri;
  settings.implementation = implementation;
  return settings;
}

Tensor labels_of(const Tensor& probabilities) {
  std::vector<std::int64_t> labels;
  for (const float p : probabilities.values<float>()) labels.push_back(p > 0.5F ? 1 : 0);
  return Tensor::from(labels, {static_cast<std::int64_t>(labels.size())});
}

TEST_CASE(
    "under MLServer's name a classifier answers labels, from the trees up to its best iteration",
    "[W7]") {
  const StoppedEarly model;
  const Tensor best = model.booster.predict(some_rows(), 4);
  CHECK(asked(settings_for(model.write("model.json"), kMlserver)) == labels_of(best));
  CHECK(asked(settings_for(model.saved("model.ubj"), kMlserver)) == labels_of(best));
}

TEST_CASE(
    "the plain worker answers like XGBoost itself: probabilities, from all trees or those asked "
    "for",
    "[W7]") {
  const StoppedEarly model;
  Settings settings = settings_for(model.write("model.json"));
  CHECK(asked(settings) == model.booster.predict(some_rows()));
  settings.extra = R"({"iteration_range": [0, 4]})";
  CHECK(asked(settings) == model.booster.predict(some_rows(), 4));
  settings.extra = R"({"iteration_range": [0, 0]})";
  CHECK(asked(settings) == model.booster.predict(some_rows()));
}

TEST_CASE("iterations that the model does not have are refused", "[W7]") {
  const StoppedEarly model;
  Settings settings = settings_for(model.write("model.json"));
  for (const char* const range : {"[0, 11]", "[4, 4]", "[5, 4]", "[-1, 4]", "[0, 99999999999]"}) {
    settings.extra = std::string(R"({"iteration_range": )") + range + "}";
    CHECK_THAT(start_error(settings).what(), contains("it has 0 to 10"));
  }
  for (const char* const range : {"4", "[4]", "[0, 4.5]", "\"0, 4\"", "[0, 4, 5]"}) {
    settings.extra = std::string(R"({"iteration_range": )") + range + "}";
    CHECK_THAT(start_error(settings).what(),
               contains("parameters.extra.iteration_range") && contains("accepted: two whole"));
  }
}

TEST_CASE("without a uri the model lies in the folder of its settings", "[W14]") {
  const StoppedEarly model;
  const char* const path = std::getenv("PATH");
  const std::string with_runtimes =
      std::string(INFERPOOL_RUNTIMES_FOLDER) + ":" + (path == nullptr ? "" : path);
  const ScopedVariable variable("PATH", with_runtimes.c_str());
  const std::string file = model.folder / "model-settings.json";
  write_file(file, R"({"name": "t", "implementation": "mlserver_xgboost.XGBoostModel",)"
                   R"( "parallel_workers": 1})");
  const std::string missing = start_error(Settings::from_file(file)).what();
  CHECK_THAT(missing, contains("there is no model.bst, model.json or model.ubj"));
  for (const char* const name : {"model.ubj", "model.json"}) {
    static_cast<void>(model.saved(name));
    CHECK(asked(Settings::from_file(file)) == labels_of(model.booster.predict(some_rows(), 4)));
    remove_file(model.folder / name);
  }
}

TEST_CASE("a model of a later version is served whole, or refused with both versions", "[W1]") {
  EditedModel model({{"objective", "reg:squarederror"}, {"base_score", "7.25"}});
  model.document["version"] = {99, 1, 0};
  model.base_score() = "[7.25E0]";
  CHECK(asked(settings_for(model.write("list.json"))) == model.booster.predict(some_rows()));
  model.at("/learner/gradient_booster/model/leaf_models") = {1, 2};
  CHECK_THAT(start_error(settings_for(model.write("later.json"))).what(),
             contains("later.json: it was written by XGBoost 99.1, and the XGBoost ") &&
                 contains("does not read its field learner/gradient_booster/model/leaf_models"));
}

}  // namespace
}  // namespace inferpool::test
