// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <inferpool/tensor.hpp>

namespace inferpool::tools {

// The elements between brackets, as NumPy prints an array, without a newline at the end: of more
// than 1000 elements the first and last three along each axis. Floats have the fewest digits that
// read back as the same value. Strings are quoted, with what is no printable ASCII or UTF-8
// escaped; of a long one the first 200 bytes.
[[nodiscard]] std::string array_text(const Tensor& tensor);

}  // namespace inferpool::tools
