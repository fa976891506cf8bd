// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string_view>

#include "runtimes/onnx/backend.hpp"

namespace inferpool::runtimes {

// The program does not contain the backends. Each one, with the libraries that it needs, is a
// module beside the program, inferpool-onnx-<name>.so, and a worker loads only the one that it
// uses. The libraries of the two backends share tables of the process, such as those of protobuf's
// messages, and each makes every start of a worker slower.

// The folder of this program's executable, however the program was started. Throws NetworkError if
// /proc does not show it.
[[nodiscard]] std::filesystem::path program_folder();

// Loads the backend from its module in the folder; it stays loaded. Throws NetworkError that names
// the module and says what is wrong: the module or a library of it is missing, or the module is
// from another build than this program.
[[nodiscard]] const Backend& load_backend(const std::filesystem::path& folder,
                                          std::string_view name);

}  // namespace inferpool::runtimes
