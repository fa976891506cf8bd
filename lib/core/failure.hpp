// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

namespace inferpool::core {

// An exception as text, so that another process can report it.
struct Failure {
  std::string type;  // demangled: "std::out_of_range"; a ForeignException names its own
  std::string text;  // what(); empty if it is no std::exception
};

// The most bytes of what() that are kept.
inline constexpr std::size_t kMaxFailureText = 16 * 1024;

// The exception that is being handled. Call it inside a catch (...). A text over kMaxFailureText is
// cut, and a marker says how long it was. Throws std::bad_alloc only.
[[nodiscard]] Failure current_failure();

}  // namespace inferpool::core
