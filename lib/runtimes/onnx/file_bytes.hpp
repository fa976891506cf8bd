// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace inferpool::runtimes {

// All of an ONNX file. Throws NetworkError where it cannot be read, or is larger than 2 GiB, which
// no protobuf message is.
[[nodiscard]] std::string file_bytes(const std::filesystem::path& file);

}  // namespace inferpool::runtimes
