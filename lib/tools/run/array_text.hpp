// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <inferpool/tensor.hpp>

namespace inferpool::tools {

// The elements between brackets, as NumPy prints an array, without a newline at the end. Of more
// than 1000 elements it shows the first and last three along each axis. Floats have the fewest
// digits that read back as the same value. Strings are quoted and cut after 200 bytes; what is not
// printable ASCII or UTF-8 is escaped.
[[nodiscard]] std::string array_text(const Tensor& tensor);

}  // namespace inferpool::tools
