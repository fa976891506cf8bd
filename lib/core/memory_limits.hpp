// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace inferpool::core {

// Which limits this process has for its memory, such as "; RLIMIT_AS (ulimit -v; for workers the
// setting rlimits) is 16777216"; empty where it has none.
[[nodiscard]] std::string memory_limits();

}  // namespace inferpool::core
