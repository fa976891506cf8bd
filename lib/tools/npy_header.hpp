// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <cstdint>

namespace inferpool::tools {

// What the header of a .npy file says.
struct NpyHeader {
  std::string descr = {};  // "<f4"; for a structured array the list as it is written
  bool fortran_order = false;
  std::vector<std::int64_t> shape = {};
};

// Reads a header, which is a Python dictionary: {'descr': '<f4', 'fortran_order': False, 'shape':
// (1, 64), }, in any order, with blanks. Throws std::invalid_argument that says what was expected
// and what was found.
[[nodiscard]] NpyHeader parse_npy_header(std::string_view text);

}  // namespace inferpool::tools
