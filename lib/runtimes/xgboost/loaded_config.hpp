// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "runtimes/xgboost/checked_model.hpp"

namespace inferpool::runtimes {

// What XGBoost says about a model that it has loaded.
struct LoadedConfig {
  std::string booster = {};
  std::string objective = {};
  std::string base_score = {};
  std::string num_class = {};
  std::string num_target = {};
  std::string num_feature = {};
  int classes = 0;
};

// Reads XGBoost's JSON. Throws XgboostError if it is not such JSON.
[[nodiscard]] LoadedConfig read_config(std::string_view json);

// Throws XgboostError if XGBoost has loaded other values than the file says.
void compare(const CheckedModel& model, const LoadedConfig& config);

}  // namespace inferpool::runtimes
