// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

namespace inferpool::core {

// An exception in words, so that it can be told in another process.
struct Failure {
  std::string type;  // demangled: "std::out_of_range"; of a ForeignException its own
  std::string text;  // what(); empty for what is not a std::exception
};

// The most bytes of what() that are kept.
inline constexpr std::size_t kMaxFailureText = 16 * 1024;

// The exception that is being handled: to be called inside a catch (...). A text over
// kMaxFailureText is cut to it, and a marker appended that says how long it was. Throws
// std::bad_alloc only.
[[nodiscard]] Failure current_failure();

}  // namespace inferpool::core
