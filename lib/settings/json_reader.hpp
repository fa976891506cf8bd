// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "settings/json_value.hpp"

namespace inferpool::settings::json {

// One JSON document, strictly: no comments, no name twice in an object, at most 64 levels. Throws
// Error (invalid_settings) that begins with `source`. If the text is not JSON, the Error gives line
// and column (bytes, from 1), the text there and what was expected; for a number outside the range
// of a double it gives the path.
[[nodiscard]] Value read(std::string_view text, std::string_view source);

}  // namespace inferpool::settings::json
