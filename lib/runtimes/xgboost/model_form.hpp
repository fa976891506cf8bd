// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>

#include "runtimes/xgboost/xgboost_version.hpp"

namespace inferpool::runtimes {

enum class ModelForm { kJson, kUbjson, kBinary };

// The form of the file, by its first bytes. For the binary form, from before XGBoost 3.1, also the
// version that wrote it, if the file says so.
struct FormFound {
  ModelForm form;
  std::optional<XgboostVersion> version = {};
};

// Throws XgboostError if the file is no model, and says what it is instead; also if its name would
// make XGBoost read it in another form.
[[nodiscard]] FormFound find_form(const std::filesystem::path& file);

}  // namespace inferpool::runtimes
