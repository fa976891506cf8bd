// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include <inferpool/settings.hpp>

namespace inferpool::tools {

// The settings in `file` for a pool in this program, which is not the model's own host: `worker`,
// where it is not empty, replaces the one that they name (a path counts from the working folder),
// and one that they name without a folder is looked for beside the file first. Throws as
// Settings::from_file.
[[nodiscard]] Settings model_settings(const std::filesystem::path& file, const std::string& worker);

// The name of the model, else that of its worker.
[[nodiscard]] const std::string& model_name(const Settings& settings);

}  // namespace inferpool::tools
