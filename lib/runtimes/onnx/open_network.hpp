// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>

#include <inferpool/settings.hpp>

#include "runtimes/onnx/network.hpp"

namespace inferpool::runtimes {

// Which backend the settings want: "backend" in the JSON object `extra`; empty: any. Throws Error
// (invalid_settings) for one that is not built in.
[[nodiscard]] std::string_view wanted_backend(const Settings& settings);

// The network of an ONNX file, computed by that backend; by any: by ONNX Runtime where it is built
// in, else by OpenCV. `threads`: that one run may use; none: as the backend chooses. Throws
// NetworkError that names the file.
[[nodiscard]] std::unique_ptr<Network> open_network(const std::filesystem::path& file,
                                                    std::string_view backend,
                                                    std::optional<int> threads);

}  // namespace inferpool::runtimes
