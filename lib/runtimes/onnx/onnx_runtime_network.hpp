// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>

#include "runtimes/onnx/network.hpp"
#include "runtimes/onnx/network_options.hpp"

namespace inferpool::runtimes {

// A network for ONNX Runtime, on the processor. It computes in the datatypes that the network has;
// outputs that are no tensors are left out. Throws NetworkError with ONNX Runtime's text, and for
// inputs that are no tensors.
[[nodiscard]] std::unique_ptr<Network> open_onnx_runtime_network(const std::filesystem::path& file,
                                                                 const NetworkOptions& options);

}  // namespace inferpool::runtimes
