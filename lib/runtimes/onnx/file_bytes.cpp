// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/file_bytes.hpp"

#include <fmt/format.h>

#include <climits>
#include <cstdint>
#include <fstream>
#include <system_error>

#include "runtimes/onnx/network.hpp"

namespace inferpool::runtimes {

std::string file_bytes(const std::filesystem::path& file) {
  std::error_code failed;
  const std::uintmax_t size = std::filesystem::file_size(file, failed);
  if (failed) throw NetworkError(fmt::format("it cannot be read: {}", failed.message()));
  if (size > INT_MAX) {
    throw NetworkError(fmt::format("it has {} bytes; accepted: up to {}", size, INT_MAX));
  }
  std::string bytes(size, '\0');
  std::ifstream in(file, std::ios::binary);
  in.read(bytes.data(), static_cast<std::streamsize>(size));
  if (!in) throw NetworkError("it cannot be read");
  return bytes;
}

}  // namespace inferpool::runtimes
