// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "runtimes/xgboost/checked_model.hpp"

namespace inferpool::runtimes {

// What XGBoost says of a model that it has loaded.
struct LoadedConfig {
  std::string booster = {};
  std::string objective = {};
  std::string base_score = {};
  std::string num_class = {};
  std::string num_target = {};
  std::string num_feature = {};
  int classes = 0;
};

// From its own JSON. Throws XgboostError where that is none.
[[nodiscard]] LoadedConfig read_config(std::string_view json);

// Throws XgboostError where XGBoost has taken something else than the file says.
void compare(const CheckedModel& model, const LoadedConfig& config);

}  // namespace inferpool::runtimes
