// SPDX-License-Identifier: Apache-2.0
// All of fmt is in this object, so that a program that links an installed inferpool needs no
// libfmt.
#define FMT_HEADER_ONLY 1  // before the first of its headers
#include "core/format.hpp"

#include <fmt/format.h>

namespace inferpool::core {

std::string vformatted(fmt::string_view text, fmt::format_args values) {
  return fmt::vformat(text, values);
}

}  // namespace inferpool::core
