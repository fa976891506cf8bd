// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <compare>
#include <string>

namespace inferpool::runtimes {

struct XgboostVersion {
  int major = 0;
  int minor = 0;

  friend auto operator<=>(const XgboostVersion&, const XgboostVersion&) = default;
};

// "1.7"
inline std::string to_string(XgboostVersion version) {
  return fmt::format("{}.{}", version.major, version.minor);
}

}  // namespace inferpool::runtimes
