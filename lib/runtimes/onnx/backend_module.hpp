// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string_view>

#include "runtimes/onnx/backend.hpp"

namespace inferpool::runtimes {

// A backend and the libraries that it stands on are no part of the program: they lie in the module
// inferpool-onnx-<name>.so beside it, and only the one that computes is loaded. The libraries of
// the two share tables of the process, such as those of protobuf's messages, and either costs every
// start of a worker that does not use it.

// The folder of this program's executable, however it was started. Throws NetworkError where /proc
// does not say it.
[[nodiscard]] std::filesystem::path program_folder();

// The backend from its module in the folder; it stays loaded. Throws NetworkError that names the
// module, and what is missing: the module itself, a library of it, or the same build as this
// program's.
[[nodiscard]] const Backend& load_backend(const std::filesystem::path& folder,
                                          std::string_view name);

}  // namespace inferpool::runtimes
