// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace inferpool::test {

// Answers with what its process inherited of its host: "<pid> <folder> <umask> <signals>
// <variable>", the last one the environment variable that the request names.
struct Surrounded {
  using Input = std::string;
  using Output = std::string;
};

}  // namespace inferpool::test
