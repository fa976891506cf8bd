// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>

#include "runtimes/onnx/network.hpp"
#include "runtimes/onnx/network_options.hpp"

namespace inferpool::runtimes {

// Opens a network with ONNX Runtime, on the processor. It computes in the network's datatypes and
// leaves out outputs that are not tensors. Throws NetworkError with ONNX Runtime's text, and for
// inputs that are not tensors.
[[nodiscard]] std::unique_ptr<Network> open_onnx_runtime_network(const std::filesystem::path& file,
                                                                 const NetworkOptions& options);

}  // namespace inferpool::runtimes
