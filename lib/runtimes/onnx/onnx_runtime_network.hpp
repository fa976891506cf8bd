// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "runtimes/onnx/network.hpp"

namespace inferpool::runtimes {

// A network for ONNX Runtime, on the processor. It computes in the datatypes that the network has.
// `threads`: of one run; none: as ONNX Runtime chooses. Throws NetworkError with ONNX Runtime's
// text, and for inputs and outputs that are BYTES.
[[nodiscard]] std::unique_ptr<Network> open_onnx_runtime_network(const std::filesystem::path& file,
                                                                 std::optional<int> threads);

}  // namespace inferpool::runtimes
