// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>

#include "runtimes/xgboost/xgboost_version.hpp"

namespace inferpool::runtimes {

enum class ModelForm { kJson, kUbjson, kBinary };

// How the file is written, by its first bytes; of the binary form of before XGBoost 3.1 also by
// which version, if it says so.
struct FormFound {
  ModelForm form;
  std::optional<XgboostVersion> version = {};
};

// Throws XgboostError that says what the file is instead, where it is no model, and where its name
// would make XGBoost read it as something else.
[[nodiscard]] FormFound find_form(const std::filesystem::path& file);

}  // namespace inferpool::runtimes
