// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

#include <inferpool/settings.hpp>

#include "runtimes/onnx/network.hpp"
#include "runtimes/onnx/network_options.hpp"

namespace inferpool::runtimes {

// What the settings ask of a network: threads_per_worker, and the members "backend" and "spinning"
// of the JSON object `extra`.
struct WantedNetwork {
  std::string_view backend;  // by default ONNX Runtime if it was built, else OpenCV
  NetworkOptions options = {};
};

// Throws Error (invalid_settings) for a backend that was not built, and for a member of the wrong
// type.
[[nodiscard]] WantedNetwork wanted_network(const Settings& settings);

// Loads the backend's module from the program's folder and opens the ONNX file with it. Throws
// NetworkError that names the file, and NetworkError of load_backend.
[[nodiscard]] std::unique_ptr<Network> open_network(const std::filesystem::path& file,
                                                    const WantedNetwork& wanted);

}  // namespace inferpool::runtimes
