// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace inferpool::runtimes {

// The model's file as MLServer finds it: `uri` itself, or in the folder that it is the first of
// model.bst, model.json and model.ubj. Throws Error (invalid_settings) where there is none.
[[nodiscard]] std::filesystem::path find_model_file(const std::string& uri);

}  // namespace inferpool::runtimes
