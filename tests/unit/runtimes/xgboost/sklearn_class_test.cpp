// SPDX-License-Identifier: Apache-2.0
#include "runtimes/xgboost/sklearn_class.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "catch.hpp"
#include "unit/heap_context.hpp"
#include "unit/runtimes/xgboost/edited_model.hpp"

namespace inferpool::test {
namespace {

using runtimes::Booster;
using runtimes::SklearnClass;
using runtimes::XgboostError;

constexpr std::int64_t kRows = 20;
constexpr auto kColumns = static_cast<std::int64_t>(TrainedBooster::kColumns);
constexpr const char* kClassifier = R"({"_estimator_type": "classifier"})";

const std::vector<float>& rows() {
  static const std::vector<float> values = made_up_rows(kRows, TrainedBooster::kColumns, 5);
  return values;
}

Tensor answer(const EditedModel& model, const std::vector<float>& values = rows()) {
  Booster booster(model.write("m.json"), 1);
  const SklearnClass as_class(booster);
  HeapContext context;
  const Tensor matrix =
      Tensor::from(values, {static_cast<std::int64_t>(values.size()) / kColumns, kColumns});
  return as_class.output(booster.predict(matrix), context);
}

Tensor over_half(const Tensor& probabilities) {
  std::vector<std::int64_t> labels;
  for (const float p : probabilities.values<float>()) labels.push_back(p > 0.5F ? 1 : 0);
  return Tensor::from(labels, {static_cast<std::int64_t>(labels.size())});
}

TEST_CASE("a model that no class has written answers its values, up to its best iteration",
          "[W7]") {
  EditedModel model({{"objective", "reg:squarederror"}}, 5);
  CHECK(answer(model) == model.booster.predict(rows()));
  model.attribute("best_iteration") = "3";
  CHECK(answer(model) == model.booster.predict(rows(), 4));
  CHECK_FALSE(answer(model) == model.booster.predict(rows()));
  model.attribute("scikit_learn") = R"({"_estimator_type": "regressor", "missing": NaN})";
  CHECK(answer(model) == model.booster.predict(rows(), 4));
}

TEST_CASE("a classifier of two classes answers labels, up to its best iteration", "[W7]") {
  EditedModel model({{"objective", "binary:logistic"}, {"eta", "1"}});
  model.attribute("scikit_learn") =
      R"({"n_classes_": 2, "classes_": [0, 1], "objective": "binary:logistic", "missing": NaN,)"
      R"( "note": "NaN \" Infinity", "gamma": -Infinity, "_estimator_type": "classifier"})";
  CHECK(answer(model) == over_half(model.booster.predict(rows())));
  model.attribute("best_iteration") = "0";
  CHECK(answer(model) == over_half(model.booster.predict(rows(), 1)));
}

TEST_CASE("a classifier of several classes answers the likeliest of them", "[W7]") {
  EditedModel model({{"objective", "multi:softprob"}, {"num_class", "3"}}, 3);
  model.attribute("scikit_learn") = kClassifier;
  const Tensor probabilities = model.booster.predict(rows());
  const auto values = probabilities.values<float>();
  std::vector<std::int64_t> labels;
  for (auto row = values.begin(); row != values.end(); row += 3)
    labels.push_back(std::max_element(row, row + 3) - row);
  CHECK(answer(model) == Tensor::from(labels, {kRows}));
}

TEST_CASE("a classifier by multi:softmax answers labels of 32 bits", "[W7]") {
  EditedModel model({{"objective", "multi:softmax"}, {"num_class", "3"}}, 3);
  model.attribute("scikit_learn") = kClassifier;
  const Tensor predicted = model.booster.predict(rows());
  const auto values = predicted.values<float>();
  const std::vector<std::int32_t> labels(values.begin(), values.end());
  CHECK(answer(model) == Tensor::from(labels, {kRows}));
}

TEST_CASE("labels that a class before 1.6 had encoded are decoded", "[W7]") {
  EditedModel model({{"objective", "binary:logistic"}, {"eta", "1"}});
  model.attribute("scikit_learn") =
      R"({"_le": {"classes_": [10, 20]}, "_estimator_type": "classifier"})";
  std::vector<std::int64_t> labels;
  const Tensor plain = over_half(model.booster.predict(rows()));
  for (const std::int64_t label : plain.values<std::int64_t>()) labels.push_back(10 + label * 10);
  CHECK(answer(model) == Tensor::from(labels, {kRows}));
  model.attribute("scikit_learn") =
      R"({"_le": {"classes_": ["no", "yes"]}, "_estimator_type": "classifier"})";
  CHECK_THROWS_WITH(answer(model), contains("not all whole numbers"));
}

TEST_CASE("what a class takes for missing is missing", "[W7]") {
  EditedModel model({{"objective", "reg:squarederror"}}, 5);
  model.attribute("scikit_learn") = R"({"_estimator_type": "regressor", "missing": -999.0})";
  std::vector<float> marked = rows();
  for (float& value : marked) {
    if (value != value) value = -999;
  }
  CHECK(answer(model, marked) == model.booster.predict(rows()));
}

TEST_CASE("a model that says nonsense about itself is refused", "[W7]") {
  EditedModel model({{"objective", "reg:squarederror"}}, 5);
  for (const char* const best : {"", "-1", "3.5", "ten", "10", "99999999999"}) {
    CAPTURE(best);
    model.attribute("best_iteration") = best;
    CHECK_THROWS_AS(answer(model), XgboostError);
  }
  model.document["learner"]["attributes"].erase("best_iteration");
  for (const char* const saved : {"", "[", "{\"_estimator_type\": 1}", "{\"missing\": \"a\"}"}) {
    CAPTURE(saved);
    model.attribute("scikit_learn") = saved;
    CHECK_THROWS_WITH(answer(model), contains("scikit_learn"));
  }
}

}  // namespace
}  // namespace inferpool::test
