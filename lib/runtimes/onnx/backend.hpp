// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>

#include "runtimes/onnx/network.hpp"
#include "runtimes/onnx/network_options.hpp"

namespace inferpool::runtimes {

// What a backend's module exports under the name kBackendSymbol. Program and module exchange C++
// objects, so both must have been built from the same headers in the same way. The stamp says so;
// it is read first.
struct Backend {
  const char* stamp;
  // Throws NetworkError.
  std::unique_ptr<Network> (*open)(const std::filesystem::path& file,
                                   const NetworkOptions& options);
};

inline constexpr const char* kBackendSymbol = "inferpool_onnx_backend";

}  // namespace inferpool::runtimes

// Each module defines its own.
extern "C" [[gnu::visibility("default")]] const inferpool::runtimes::Backend inferpool_onnx_backend;
