// SPDX-License-Identifier: Apache-2.0
#include "runtimes/xgboost/checked_model.hpp"

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "runtimes/xgboost/booster.hpp"
#include "unit/runtimes/xgboost/edited_model.hpp"
#include "unit/unwritten_pipe.hpp"

namespace inferpool::test {
namespace {

using runtimes::Booster;
using runtimes::check_model;
using runtimes::XgboostError;
using runtimes::XgboostVersion;

constexpr XgboostVersion kOld{1, 7};
const TrainedBooster::Parameters kNumbers{{"objective", "reg:squarederror"},
                                          {"base_score", "7.25"}};

std::string refusal(const std::string& file, XgboostVersion library = kOld) {
  try {
    static_cast<void>(check_model(file, library));
  } catch (const XgboostError& error) {
    return error.what();
  }
  return "it is served";
}

TEST_CASE("a base score that is written as a list of one counts as that number", "[W1]") {
  EditedModel model(kNumbers);
  const std::vector<float> rows = made_up_rows(9, TrainedBooster::kColumns, 3);
  for (const char* const written : {"7.25E0", "[7.25E0]", "[7.25]"}) {
    CAPTURE(written);
    model.base_score() = written;
    model.document["version"] = {3, 1, 0};
    for (const char* const name : {"m.json", "m.bst"}) {
      Booster booster(model.write(name), 1);
      const auto prediction = booster.predict(Tensor::from(rows, {9, TrainedBooster::kColumns}));
      CHECK(Tensor::from(prediction.values, {9}) == model.booster.predict(rows));
    }
  }
}

TEST_CASE("a base score for each output is refused if the library knows only one", "[W1]") {
  EditedModel model({{"objective", "multi:softprob"}, {"num_class", "3"}}, 3);
  model.document["version"] = {3, 1, 2};
  const std::string file = model.folder / "m.json";
  model.base_score() = "[1E0,2E0,1E0]";
  for (const char* const name : {"m.json", "m.ubj"}) {
    CHECK_THAT(refusal(model.write(name)),
               contains("m.") && contains("was written by XGBoost 3.1") &&
                   contains("the XGBoost 1.7 of this worker") &&
                   contains("a base_score for each output ([1E0,2E0,1E0], read from 3.1 on)"));
    CHECK(refusal(model.write(name), {3, 1}) == "it is served");
  }
  model.base_score() = "[2E0,2E0,2E0]";
  CHECK(check_model(model.write("m.json"), kOld).sets_base_score);
}

TEST_CASE("a value that is not a base score is refused, whoever wrote it", "[W1]") {
  EditedModel model(kNumbers);
  for (const char* const written : {"", "[", "[]", "[1,]", "[,1]", "[1 2]", "a half", "1E0]"}) {
    CAPTURE(written);
    model.base_score() = written;
    CHECK_THAT(refusal(model.write("m.json")), contains("base_score"));
  }
}

struct Later {
  const char* place;
  ModelDocument value;
  const char* named;
  XgboostVersion since;
};

TEST_CASE("a field that the library does not read is refused, and named, with both versions",
          "[W1]") {
  const Later later[] = {
      {"/learner/gradient_booster/model/weight_drop",
       {0.5, 1},
       "model/weight_drop (read from 3.4",
       {3, 4}},
      {"/learner/gradient_booster/model/trees/0/leaf_weights",
       {1, 2},
       "trees/*/leaf_weights (read from 3.2",
       {3, 2}},
      {"/learner/gradient_booster/model/trees/3/tree_param/size_leaf_vector",
       "3",
       "tree_param/size_leaf_vector (read from 2.0",
       {2, 0}},
      {"/learner/objective/quantile_loss_param",
       {{"quantile_alpha", "[0.5]"}},
       "objective/quantile_loss_param (read from 2.0",
       {2, 0}},
      {"/learner/learner_model_param/link",
       "log",
       "its field learner/learner_model_param/link",
       {9, 0}},
      {"/learner/gradient_booster/model/linear_leaves",
       {{"a", {1}}},
       "its field learner/gradient_booster/model/linear_leaves",
       {9, 0}},
      {"/learner/calibration", {1, {2, {{"x", 3}}}}, "its field learner/calibration", {9, 0}},
      {"/transform", true, "its field transform", {9, 0}}};
  for (const Later& each : later) {
    for (const char* const name : {"m.json", "m.ubj"}) {
      CAPTURE(each.place, name);
      EditedModel model(kNumbers);
      model.document["version"] = {9, 0, 0};
      model.at(each.place) = each.value;
      const std::string file = model.write(name);
      CHECK_THAT(refusal(file), contains(each.named) && contains("written by XGBoost 9.0") &&
                                    contains("the XGBoost 1.7 of this worker") && contains(file));
      CHECK(refusal(file, each.since) == "it is served");
    }
  }
}

TEST_CASE("a field that no version is known to read is trusted only in an older file", "[W1]") {
  EditedModel model(kNumbers);
  model.at("/learner/calibration") = 1;
  model.document["version"] = {1, 7, 4};
  CHECK_THAT(refusal(model.write("m.json")), contains("learner/calibration"));
  CHECK(refusal(model.write("m.json"), {7, 0}) == "it is served");
  model.document["version"] = {8, 0, 0};
  CHECK_THAT(refusal(model.write("m.json"), {7, 0}), contains("learner/calibration"));
  model.document.erase("version");
  CHECK_THAT(refusal(model.write("m.json"), {7, 0}), contains("an unknown version of XGBoost"));
}

TEST_CASE("a file of a later version is served where nothing in it is new", "[W1]") {
  EditedModel model(kNumbers);
  model.document["version"] = {4, 2, 0};
  model.at("/learner/gradient_booster/model/iteration_indptr") = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  model.at("/learner/gradient_booster/model/cats") = {{"enc", {1}}, {"sorted_idx", {0}}};
  CHECK(refusal(model.write("m.json")) == "it is served");
  CHECK(check_model(model.write("m.ubj"), kOld).has_iterations);
  CHECK(Booster(model.write("m.json"), 1).iterations() == 10);
}

TEST_CASE("an old library has to use all iterations if their lengths differ") {
  EditedModel model(kNumbers);
  model.at("/learner/gradient_booster/model/iteration_indptr") = {0, 1, 3, 10};
  CHECK_FALSE(check_model(model.write("m.json"), kOld).has_iterations);
  CHECK(check_model(model.write("m.json"), {2, 0}).has_iterations);
}

TEST_CASE("every form and kind of model that this library writes is served") {
  for (const char* const name : {"m.json", "m.ubj", "m.bst", "m"}) {
    for (const char* const booster : {"gbtree", "dart", "gblinear"}) {
      CAPTURE(name, booster);
      const ScratchFolder folder;
      const TrainedBooster trained({{"objective", "binary:logistic"}, {"booster", booster}});
      trained.save(folder / name);
      CHECK(refusal(folder / name, Booster::library_version()) == "it is served");
    }
  }
}

TEST_CASE("a pipe is refused as a model, and nobody waits for who writes it") {
  const UnwrittenPipe pipe("model.json");
  CHECK_THAT(pipe.read_by([&] { return refusal(pipe.path()); }), contains("it cannot be read"));
}

TEST_CASE("a model that is cut off, or has a changed byte, is refused or still a model") {
  EditedModel model({{"objective", "reg:squarederror"}, {"max_depth", "1"}});
  model.at("/learner/gradient_booster/model/trees").erase(1);
  for (const char* const name : {"m.json", "m.ubj"}) {
    const std::string whole = read_file(model.write(name));
    const std::string file = model.folder / (std::string("cut_") + name);
    const std::size_t step = whole.size() / 700 + 1;
    for (std::size_t i = 0; i < whole.size(); i += step) {
      remove_file(file);
      write_file(file, whole.substr(0, i));
      CHECK_THAT(refusal(file), contains(file));
      std::string changed = whole;
      changed[i] = static_cast<char>(changed[i] ^ 0x24);
      remove_file(file);
      write_file(file, changed);
      CHECK_FALSE(refusal(file).empty());
    }
  }
}

}  // namespace
}  // namespace inferpool::test
