// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <charconv>
#include <cstdint>
#include <fstream>
#include <string>

#include <inferpool/tensor.hpp>

namespace inferpool::test {

// Whether the tensor's bytes lie in a region that a pool shares with its workers: "requests",
// "replies".
inline bool lies_in(const std::string& region, const Tensor& tensor) {
  const auto address = reinterpret_cast<std::uintptr_t>(tensor.bytes().data());
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    if (line.find("memfd:inferpool-" + region) == std::string::npos) continue;
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
    const char* const last = line.data() + line.size();
    const char* const dash = std::from_chars(line.data(), last, begin, 16).ptr;
    std::from_chars(dash + 1, last, end, 16);
    if (address >= begin && address < end) return true;
  }
  return false;
}

}  // namespace inferpool::test
