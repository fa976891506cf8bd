// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <span>
#include <string>

namespace inferpool::runtimes {

// What a runtime's models are called, and their files in a folder, the preferred one first.
struct ModelFileKind {
  const char* name;  // "an ONNX network"
  std::span<const char* const> in_folder;
};

// The model's file as MLServer finds it: `uri` itself, or in the folder that it is the first that
// there is of kind.in_folder. Throws Error (invalid_settings) where there is none.
[[nodiscard]] std::filesystem::path find_model_file(const std::string& uri,
                                                    const ModelFileKind& kind);

}  // namespace inferpool::runtimes
