// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <optional>

namespace inferpool::test {

// The descriptor of the control socket that a pool has started this process with, of workers that
// do by themselves what the library would do; none: somebody else has started it.
inline std::optional<int> attached_by(int argc, char** argv) {
  int fd = -1;
  if (argc == 2 && std::sscanf(argv[1], "--inferpool-attach=%d", &fd) == 1) return fd;
  return std::nullopt;
}

}  // namespace inferpool::test
