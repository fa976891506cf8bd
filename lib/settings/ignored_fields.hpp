// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include <inferpool/settings.hpp>

namespace inferpool::settings {

// A warning of one line, with its newline, that names settings.ignored_fields and the known field
// that each may have meant; empty where there are none.
[[nodiscard]] std::string ignored_fields_warning(const Settings& settings, std::string_view source);

}  // namespace inferpool::settings
