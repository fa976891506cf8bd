// SPDX-License-Identifier: Apache-2.0
// Texts and errors for threads whose exceptions nobody would catch. A full text needs memory;
// without memory they say less.
#pragma once

#include <cstddef>
#include <string>

#include <inferpool/error.hpp>

namespace inferpool::core {

// The result of make(). If that throws, `otherwise`, which is so short that it needs no memory.
template <std::size_t kSize, typename Make>
[[nodiscard]] std::string text_or(const char (&otherwise)[kSize], const Make& make) noexcept {
  static_assert(kSize <= 16, "a longer text would be allocated");
  try {
    return make();
  } catch (...) {
    return otherwise;
  }
}

// The result of make(). If that throws, an error with this code and no message.
template <typename Make>
[[nodiscard]] Error error_or(ErrorCode code, const Make& make) noexcept {
  try {
    return make();
  } catch (...) {
    return {code, {}};
  }
}

}  // namespace inferpool::core
