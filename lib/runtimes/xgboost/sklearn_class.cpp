// SPDX-License-Identifier: Apache-2.0
#include "runtimes/xgboost/sklearn_class.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <iterator>
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>
#include <utility>

namespace inferpool::runtimes {
namespace {

constexpr float kHalf = 0.5F;

// Python writes NaN and infinities by their names, which JSON does not have.
std::string without_names_of_numbers(std::string_view text) {
  std::string result;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') quoted = !quoted;
    if (quoted && text[i] == '\\') result += text[i++];
    if (i == text.size()) break;
    if (!quoted && text.substr(i).starts_with("NaN")) {
      result += "null";
      i += 2;
    } else if (!quoted && text.substr(i).starts_with("Infinity")) {
      result += "1e308";
      i += 7;
    } else {
      result += text[i];
    }
  }
  return result;
}

int iteration_number(const std::string& text) {
  int value = -1;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc{} && rest == end && value >= 0) return value;
  throw XgboostError(fmt::format(
      "its attribute best_iteration is \"{}\"; expected: the number of an iteration", text));
}

std::vector<std::int64_t> labels_of(const nlohmann::json& encoder) {
  const auto classes = encoder.find("classes_");
  const bool whole =
      classes != encoder.end() && classes->is_array() && !classes->empty() &&
      std::ranges::all_of(*classes, [](const auto& label) { return label.is_number_integer(); });
  if (whole) return classes->get<std::vector<std::int64_t>>();
  throw XgboostError(
      "its labels (_le, of an XGBClassifier of before 1.6) are not all whole numbers, and only "
      "those are served; `\"implementation\": \"inferpool-xgboost\"` has the probabilities");
}

// The index of the largest value in each row; of equal values the first.
std::vector<std::int64_t> largest(const Prediction& prediction) {
  const auto columns = static_cast<std::ptrdiff_t>(prediction.shape[1]);
  std::vector<std::int64_t> places;
  for (auto row = prediction.values.begin(); row != prediction.values.end(); row += columns)
    places.push_back(std::max_element(row, row + columns) - row);
  return places;
}

template <typename T, typename Function>
Tensor mapped(const Prediction& prediction, Context& context, Function function) {
  Tensor output = context.output<T>(Shape(prediction.shape));
  std::ranges::transform(prediction.values, output.mutable_values<T>().begin(), function);
  return output;
}

}  // namespace

SklearnClass::SklearnClass(Booster& booster)
    : classes_(std::max(booster.classes(), 2)), objective_(booster.objective()) {
  if (const auto saved = booster.attribute("scikit_learn")) read(*saved, booster);
  const auto best = booster.attribute("best_iteration");
  if (best && !booster.is_linear()) booster.use_iterations(0, iteration_number(*best) + 1);
}

void SklearnClass::read(const std::string& saved, Booster& booster) try {
  const auto state = nlohmann::json::parse(without_names_of_numbers(saved));
  is_classifier_ = state.value("_estimator_type", "") == "classifier";
  const auto has = [&](const char* name) { return state.contains(name) && !state[name].is_null(); };
  if (has("missing")) booster.take_for_missing(state["missing"].get<float>());
  if (!is_classifier_) return;
  if (has("n_classes_")) classes_ = state["n_classes_"].get<int>();
  if (has("objective")) objective_ = state["objective"].get<std::string>();
  if (has("_le")) labels_ = labels_of(state["_le"]);
} catch (const nlohmann::json::exception& error) {
  throw XgboostError(fmt::format(
      "its attribute scikit_learn is not what XGBoost's classes for scikit-learn write: {}",
      error.what()));
}

Tensor SklearnClass::output(const Prediction& prediction, Context& context) const {
  if (!is_classifier_) return mapped<float>(prediction, context, [](float value) { return value; });
  if (prediction.shape.size() > 1 && classes_ != 2) return labels(largest(prediction), context);
  if (prediction.shape.size() > 1 && prediction.shape[1] != 1)  // several labels for each row
    return mapped<double>(prediction, context, [](float p) { return p > kHalf ? 1.0 : 0.0; });
  if (objective_ == "multi:softmax") {
    return mapped<std::int32_t>(prediction, context,
                                [](float label) { return static_cast<std::int32_t>(label); });
  }
  std::vector<std::int64_t> indices;
  std::ranges::transform(prediction.values, std::back_inserter(indices),
                         [](float p) { return p > kHalf ? 1 : 0; });
  return labels(std::move(indices), context);
}

Tensor SklearnClass::labels(std::vector<std::int64_t> indices, Context& context) const {
  if (!labels_.empty()) {
    for (std::int64_t& index : indices) index = labels_.at(static_cast<std::size_t>(index));
  }
  Tensor output = context.output<std::int64_t>({static_cast<std::int64_t>(indices.size())});
  std::ranges::copy(indices, output.mutable_values<std::int64_t>().begin());
  return output;
}

}  // namespace inferpool::runtimes
