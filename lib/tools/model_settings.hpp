// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include <inferpool/settings.hpp>

namespace inferpool::tools {

// Reads the settings in `file` for a pool in this program, which is not the model's own host. If
// `worker` is not empty, it replaces the worker in the settings; a relative path starts in the
// working folder. A worker that the settings name without a folder is looked for beside the file
// first. Throws as Settings::from_file.
[[nodiscard]] Settings model_settings(const std::filesystem::path& file, const std::string& worker);

// The name of the model, or of its worker if the model has no name.
[[nodiscard]] const std::string& model_name(const Settings& settings);

}  // namespace inferpool::tools
