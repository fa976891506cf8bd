// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "runtimes/xgboost/xgboost_version.hpp"

namespace inferpool::runtimes {

// What a file says about its model. Texts that it does not have are empty (in the binary form all).
struct CheckedModel {
  std::optional<XgboostVersion> version = {};  // of its writer
  std::vector<float> base_scores = {};         // one, or one for each output
  std::string base_score = {};                 // the text of the first
  std::string num_class = {};
  std::string num_target = {};
  std::string num_feature = {};
  // The library would read the base score as 0.5, so it must be set after the model is loaded.
  bool sets_base_score = false;
  // Whether the library can leave out late iterations.
  bool has_iterations = true;
};

// Reads everything in the file that affects answers, and compares it with what XGBoost `library`
// reads. A file of a later version is accepted if the library would ignore no part of it. Throws
// XgboostError that names the file and what was expected. If a part of the model would be lost, it
// names that part and both versions.
[[nodiscard]] CheckedModel check_model(const std::filesystem::path& file, XgboostVersion library);

}  // namespace inferpool::runtimes
