// SPDX-License-Identifier: Apache-2.0
#include "runtimes/xgboost/model_file.hpp"

#include <fmt/format.h>

#include <system_error>

#include <inferpool/error.hpp>

namespace inferpool::runtimes {
namespace {

[[noreturn]] void refuse(const std::string& why) {
  throw Error(ErrorCode::kInvalidSettings, "parameters.uri (uri): " + why);
}

}  // namespace

std::filesystem::path find_model_file(const std::string& uri) {
  namespace fs = std::filesystem;
  if (uri.empty()) refuse("it is not set; accepted: the file of an XGBoost model, or its folder");
  std::error_code ignored;
  const fs::path path = uri;
  if (fs::is_directory(path, ignored)) {
    for (const char* name : {"model.bst", "model.json", "model.ubj"}) {
      if (fs::is_regular_file(path / name, ignored)) return path / name;
    }
    refuse(fmt::format("in the folder {} there is no model.bst, model.json or model.ubj", uri));
  }
  if (!fs::is_regular_file(path, ignored)) refuse(fmt::format("there is no file {}", uri));
  return path;
}

}  // namespace inferpool::runtimes
