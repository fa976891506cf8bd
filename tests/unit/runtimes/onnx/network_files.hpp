// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "integration/scratch_folder.hpp"

namespace inferpool::test {

// The path of a file in networks/, and its bytes.
inline std::string network_file(const std::string& name) {
  return INFERPOOL_TEST_NETWORKS "/" + name;
}
inline std::string network_bytes(const std::string& name) { return read_file(network_file(name)); }

}  // namespace inferpool::test
