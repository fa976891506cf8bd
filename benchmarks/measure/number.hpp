// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace bench {

// The number for a reader: three significant digits, no exponent, commas between thousands:
// "0.0471", "2.93", "1,234,567".
[[nodiscard]] std::string number(double value);

}  // namespace bench
