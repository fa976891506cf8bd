// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>

#include "runtimes/onnx/network_options.hpp"
#include "runtimes/onnx/onnx_runtime.hpp"

namespace inferpool::runtimes::ort {

// No protobuf message is larger.
inline constexpr std::uint64_t kMostBytes = std::numeric_limits<std::int32_t>::max();

// A session for the network in `bytes`, which are those of the file. Weights that lie in files
// beside it become part of them, so that ONNX Runtime opens no file, and no later change of one
// reaches the session; only where all together would be more than `most` bytes ONNX Runtime maps
// the files. Idle threads sleep at once, unless the options want them to spin. Throws NetworkError.
[[nodiscard]] Session make_session(const OrtEnv* env, std::string bytes,
                                   const std::filesystem::path& file, const NetworkOptions& options,
                                   std::uint64_t most = kMostBytes);

}  // namespace inferpool::runtimes::ort
