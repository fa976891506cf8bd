// SPDX-License-Identifier: Apache-2.0
#include "core/system_error.hpp"

#include <fmt/format.h>

#include <system_error>

namespace inferpool {

std::string system_failure(const char* call, int error) {
  return fmt::format("{}: {} (errno {})", call, std::generic_category().message(error), error);
}

}  // namespace inferpool
