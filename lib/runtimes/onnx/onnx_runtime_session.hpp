// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>

#include "runtimes/onnx/network_options.hpp"
#include "runtimes/onnx/onnx_runtime.hpp"

namespace inferpool::runtimes::ort {

// The limit of a protobuf message.
inline constexpr std::uint64_t kMostBytes = std::numeric_limits<std::int32_t>::max();

// Makes a session for the network in `bytes`, the contents of the file. Weights in files beside it
// become part of the bytes, so that ONNX Runtime opens no file and later changes of the files do
// not affect the session. If all together are more than `most` bytes, ONNX Runtime maps the files
// instead. Idle threads sleep at once unless the options ask for spinning. Throws NetworkError.
[[nodiscard]] Session make_session(const OrtEnv* env, std::string bytes,
                                   const std::filesystem::path& file, const NetworkOptions& options,
                                   std::uint64_t most = kMostBytes);

}  // namespace inferpool::runtimes::ort
