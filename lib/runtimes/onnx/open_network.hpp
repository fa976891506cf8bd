// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

#include <inferpool/settings.hpp>

#include "runtimes/onnx/network.hpp"
#include "runtimes/onnx/network_options.hpp"

namespace inferpool::runtimes {

// What the settings want of a network: threads_per_worker, and of the JSON object `extra` the
// members "backend" and "spinning".
struct WantedNetwork {
  std::string_view backend;  // else ONNX Runtime where it was built, else OpenCV
  NetworkOptions options = {};
};

// Throws Error (invalid_settings) for a backend that was not built, and for a member of another
// type.
[[nodiscard]] WantedNetwork wanted_network(const Settings& settings);

// The network of an ONNX file, computed by the backend, which is loaded from beside the program.
// Throws NetworkError that names the file, and NetworkError of load_backend.
[[nodiscard]] std::unique_ptr<Network> open_network(const std::filesystem::path& file,
                                                    const WantedNetwork& wanted);

}  // namespace inferpool::runtimes
