// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "tools/command_line.hpp"

namespace inferpool::test {

// Why `parse()` rejects the arguments of a tool, or "accepted".
template <typename Parse>
std::string refusal_by(const Parse& parse) {
  try {
    static_cast<void>(parse());
  } catch (const tools::Usage& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace inferpool::test
