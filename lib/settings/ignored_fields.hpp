// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include <inferpool/settings.hpp>

namespace inferpool::settings {

// A one-line warning, with its newline, that names the ignored_fields and the known field that each
// may have meant; empty if there are none.
[[nodiscard]] std::string ignored_fields_warning(const Settings& settings, std::string_view source);

}  // namespace inferpool::settings
