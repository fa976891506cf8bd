// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace inferpool::runtimes {

// The bytes of an ONNX file, with those weights inside that lie in files beside it. Throws
// NetworkError, also where that would be more than 2 GiB, which no protobuf message is.
[[nodiscard]] std::string whole_network(const std::filesystem::path& file);

}  // namespace inferpool::runtimes
