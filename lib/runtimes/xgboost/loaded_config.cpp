// SPDX-License-Identifier: Apache-2.0
#include "runtimes/xgboost/loaded_config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "runtimes/xgboost/base_scores.hpp"
#include "runtimes/xgboost/xgboost_error.hpp"

namespace inferpool::runtimes {
namespace {

[[noreturn]] void refuse(std::string_view field, std::string_view file, std::string_view taken) {
  throw XgboostError(
      fmt::format("its {} is \"{}\", but XGBoost has read \"{}\"", field, file, taken));
}

int number(std::string_view text) {
  int value = -1;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

void compare_number(const char* field, const std::string& file, const std::string& taken) {
  if (!file.empty() && number(file) != number(taken)) refuse(field, file, taken);
}

}  // namespace

LoadedConfig read_config(std::string_view json) try {
  const auto config = nlohmann::json::parse(json);
  const auto text = [&](const char* place) {
    return config.value(nlohmann::json::json_pointer(place), std::string());
  };
  LoadedConfig loaded{.booster = text("/learner/learner_train_param/booster"),
                      .objective = text("/learner/objective/name"),
                      .base_score = text("/learner/learner_model_param/base_score"),
                      .num_class = text("/learner/learner_model_param/num_class"),
                      .num_target = text("/learner/learner_model_param/num_target"),
                      .num_feature = text("/learner/learner_model_param/num_feature")};
  loaded.classes = std::max(number(loaded.num_class), 0);
  return loaded;
} catch (const nlohmann::json::exception& error) {
  throw XgboostError(fmt::format("its configuration is not JSON: {}", error.what()));
}

void compare(const CheckedModel& model, const LoadedConfig& config) {
  compare_number("num_class", model.num_class, config.num_class);
  compare_number("num_target", model.num_target, config.num_target);
  compare_number("num_feature", model.num_feature, config.num_feature);
  if (model.base_scores.empty()) return;
  const std::vector<float> taken = read_base_scores(config.base_score);
  // A single score applies to all outputs.
  const std::size_t count = std::max(taken.size(), model.base_scores.size());
  for (std::size_t i = 0; i < count; ++i) {
    const float ours = model.base_scores[std::min(i, model.base_scores.size() - 1)];
    if (taken.empty() || taken[std::min(i, taken.size() - 1)] != ours)
      refuse("base_score", model.base_score, config.base_score);
  }
}

}  // namespace inferpool::runtimes
