// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/open_network.hpp"

#include <fmt/format.h>

#include <climits>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include "runtimes/onnx/opencv_network.hpp"

namespace inferpool::runtimes {
namespace {

std::string read_bytes(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string bytes(std::istreambuf_iterator<char>(in), {});
  if (!in) throw NetworkError("it cannot be read");
  if (bytes.size() > INT_MAX) {
    throw NetworkError(fmt::format("it has {} bytes; accepted: up to {}", bytes.size(), INT_MAX));
  }
  return bytes;
}

}  // namespace

std::unique_ptr<Network> open_network(const std::filesystem::path& file,
                                      std::optional<int> threads) {
  try {
    return open_opencv_network(read_bytes(file), threads);
  } catch (const NetworkError& error) {
    throw NetworkError(fmt::format("{}: {}", file.string(), error.what()));
  }
}

}  // namespace inferpool::runtimes
