// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace inferpool::runtimes {

// The contents of an ONNX file. Throws NetworkError if it cannot be read, or is larger than 2 GiB,
// the limit of a protobuf message.
[[nodiscard]] std::string file_bytes(const std::filesystem::path& file);

}  // namespace inferpool::runtimes
