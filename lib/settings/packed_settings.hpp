// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include <inferpool/settings.hpp>

namespace inferpool::settings {

// The settings as a pool hands them to its workers: every field byte by byte, what JSON cannot hold
// included (a path need not be UTF-8), but the callbacks.
[[nodiscard]] std::string pack(const Settings& settings);

// Takes them again. Interprets nothing: what the host has accepted arrives as it is. Throws
// std::runtime_error for bytes that pack of the same build has not made.
[[nodiscard]] Settings unpack_settings(std::string_view bytes);

}  // namespace inferpool::settings
