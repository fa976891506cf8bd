// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace inferpool::runtimes {

// The bytes of an ONNX file, including the weights that are in files beside it. Throws
// NetworkError, also if that is more than 2 GiB, the limit of a protobuf message.
[[nodiscard]] std::string whole_network(const std::filesystem::path& file);

}  // namespace inferpool::runtimes
