// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace inferpool::core {

// The limits of this process's memory, such as "; RLIMIT_AS (ulimit -v; for workers the setting
// rlimits) is 16777216". Empty if there are none.
[[nodiscard]] std::string memory_limits();

}  // namespace inferpool::core
