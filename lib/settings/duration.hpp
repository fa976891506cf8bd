// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <inferpool/settings.hpp>

namespace inferpool::settings {

// "250ms", "2s", "50us", "10ns", "1.5s", "2min", "1h", or a plain number of seconds ("0.25",
// "1e-3"), rounded to the nearest nanosecond. Nothing if the text is not a duration, or exceeds a
// Duration.
[[nodiscard]] std::optional<Duration> parse_duration(std::string_view text);

// In the largest unit that gives a whole number: "1500ms", "2min", "0s". parse_duration reads it
// back exactly.
[[nodiscard]] std::string print_duration(Duration duration);

}  // namespace inferpool::settings
