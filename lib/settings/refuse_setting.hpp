// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace inferpool::settings {

// Throws Error (invalid_settings): "<source>: <path> is <written>; accepted: <accepted>".
// A long `written` is shortened.
[[noreturn]] void refuse_setting(std::string_view source, std::string_view path,
                                 std::string_view written, std::string_view accepted);

}  // namespace inferpool::settings
