// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "runtimes/xgboost/xgboost_version.hpp"

namespace inferpool::runtimes {

// What a file says of its model. The texts are empty where it does not say so (the binary form).
struct CheckedModel {
  std::optional<XgboostVersion> version = {};  // that wrote it
  std::vector<float> base_scores = {};         // one, or one for each output
  std::string base_score = {};                 // the first as it is written
  std::string num_class = {};
  std::string num_target = {};
  std::string num_feature = {};
  // The library would take 0.5 for the base score, which is to be set once the model is loaded.
  bool sets_base_score = false;
  // The library can leave out late iterations.
  bool has_iterations = true;
};

// Reads the file for all that decides its answers, and compares that with what XGBoost `library`
// reads: a file of a later version is a model, too, as long as nothing in it would be passed over.
// Throws XgboostError that names the file and what was expected, and, where a part of the model
// would be lost, that part and both versions.
[[nodiscard]] CheckedModel check_model(const std::filesystem::path& file, XgboostVersion library);

}  // namespace inferpool::runtimes
