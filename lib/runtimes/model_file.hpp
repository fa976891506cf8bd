// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <span>
#include <string>

namespace inferpool::runtimes {

// What the models of a runtime are called, and the names of their files in a folder, the preferred
// one first.
struct ModelFileKind {
  const char* name;  // "an ONNX network"
  std::span<const char* const> in_folder;
};

// The model's file, found as MLServer does: `uri` itself, or, if it is a folder, the first of
// kind.in_folder that exists in it. Throws Error (invalid_settings) if there is none.
[[nodiscard]] std::filesystem::path find_model_file(const std::string& uri,
                                                    const ModelFileKind& kind);

}  // namespace inferpool::runtimes
