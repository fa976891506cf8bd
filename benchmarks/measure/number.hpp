// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace bench {

// For a reader: three significant digits, no exponent, thousands apart: "0.0471", "2.93",
// "1,234,567".
[[nodiscard]] std::string number(double value);

}  // namespace bench
