// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace inferpool::tools {

// A time for people: "850 ns", "1.2 us", "34 us", "1.5 ms", "2.0 s".
[[nodiscard]] std::string format_time(double seconds);

}  // namespace inferpool::tools
