// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fstream>
#include <string>

namespace inferpool::test {

// How many mappings of a kind of region this process has: "requests", "replies", "control".
inline int mapped_regions(const std::string& kind) {
  int count = 0;
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);)
    count += line.find("memfd:inferpool-" + kind) == std::string::npos ? 0 : 1;
  return count;
}

}  // namespace inferpool::test
