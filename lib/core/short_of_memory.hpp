// SPDX-License-Identifier: Apache-2.0
// Texts and errors for threads that have nobody to throw to: what they say costs memory, and where
// there is none they say less.
#pragma once

#include <cstddef>
#include <string>

#include <inferpool/error.hpp>

namespace inferpool::core {

// What make() gives; where that throws, `otherwise`, which is so short that it needs no memory.
template <std::size_t kSize, typename Make>
[[nodiscard]] std::string text_or(const char (&otherwise)[kSize], const Make& make) noexcept {
  static_assert(kSize <= 16, "a longer text would be allocated");
  try {
    return make();
  } catch (...) {
    return otherwise;
  }
}

// What make() gives; where that throws, an error of the same code that says so.
template <typename Make>
[[nodiscard]] Error error_or(ErrorCode code, const Make& make) noexcept {
  try {
    return make();
  } catch (...) {
    return {code, {}};
  }
}

}  // namespace inferpool::core
