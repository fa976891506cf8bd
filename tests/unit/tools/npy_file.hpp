// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace inferpool::test {

// The bytes of a .npy file in NumPy's layout.
inline std::string npy(std::string_view header, std::string_view values, int version = 1) {
  std::string text = "\x93NUMPY";
  text += static_cast<char>(version);
  text += '\0';
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i) {
    text += static_cast<char>(header.size() >> (8 * i) & 0xffU);
  }
  return text.append(header).append(values);
}

inline std::string npy_of(std::string_view descr, std::string_view shape, std::string_view values) {
  return npy("{'descr': '" + std::string(descr) +
                 "', 'fortran_order': False, 'shape': " + std::string(shape) + ", }   \n",
             values);
}

}  // namespace inferpool::test
