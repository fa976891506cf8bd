// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/core.h>

#include <string>
#include <string_view>

namespace inferpool::core {

[[nodiscard]] std::string vformatted(fmt::string_view text, fmt::format_args values);

// Does what fmt::format does. The implementation is compiled once, in format.cpp, instead of with
// every source that writes a message. A format string that does not fit its values does not
// compile.
template <typename... Values>
[[nodiscard]] std::string formatted(fmt::format_string<Values...> text, Values&&... values) {
  return vformatted(text, fmt::make_format_args(values...));
}

// All values, each as "{}" writes it, with the separator between them.
template <typename Values>
[[nodiscard]] std::string joined(const Values& values, std::string_view separator) {
  std::string text;
  std::string_view before;
  for (const auto& value : values) {
    text += before;
    text += formatted("{}", value);
    before = separator;
  }
  return text;
}

}  // namespace inferpool::core
