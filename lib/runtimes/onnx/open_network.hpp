// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "runtimes/onnx/network.hpp"

namespace inferpool::runtimes {

// The network of an ONNX file, computed by ONNX Runtime where the build found it, else by OpenCV.
// `threads`: that one run may use; none: as the backend chooses. Throws NetworkError that names the
// file.
[[nodiscard]] std::unique_ptr<Network> open_network(const std::filesystem::path& file,
                                                    std::optional<int> threads);

}  // namespace inferpool::runtimes
