// SPDX-License-Identifier: Apache-2.0
#include "tools/model_settings.hpp"

#include <unistd.h>

#include <system_error>

namespace inferpool::tools {
namespace {

namespace fs = std::filesystem;

bool is_program(const fs::path& file) {
  std::error_code ignored;
  return fs::is_regular_file(file, ignored) && access(file.c_str(), X_OK) == 0;
}

}  // namespace

Settings model_settings(const fs::path& file, const std::string& worker) {
  Settings settings = Settings::from_file(file);
  if (!worker.empty()) {
    settings.worker = worker;
  } else if (!settings.worker.empty() && settings.worker.find('/') == std::string::npos) {
    std::error_code no_working_folder;
    const fs::path beside = fs::absolute(file.parent_path() / settings.worker, no_working_folder);
    if (!no_working_folder && is_program(beside)) settings.worker = beside.string();
  }
  return settings;
}

const std::string& model_name(const Settings& settings) {
  return settings.name.empty() ? settings.worker : settings.name;
}

}  // namespace inferpool::tools
