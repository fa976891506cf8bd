// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include <inferpool/settings.hpp>

namespace inferpool::settings {

// The settings as a pool sends them to its workers: every field except the callbacks, byte by byte,
// because JSON cannot represent all of them (a path need not be UTF-8).
[[nodiscard]] std::string pack(const Settings& settings);

// Reads them back unchanged, without another check of the values. Throws std::runtime_error for
// bytes that pack() of the same build did not write.
[[nodiscard]] Settings unpack_settings(std::string_view bytes);

}  // namespace inferpool::settings
