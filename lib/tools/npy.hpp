// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include <inferpool/tensor.hpp>

namespace inferpool::tools {

// Reads the array of a .npy file, with its shape, as numpy.save writes it (format versions 1 to 3):
// little-endian, in C order, of bool, (u)int8 to (u)int64, float16, float32 or float64. Throws
// Error (invalid_argument) that names the file, what was found and what is accepted. If NumPy can
// convert the array, the error says how.
[[nodiscard]] Tensor read_npy(const std::filesystem::path& file);

}  // namespace inferpool::tools
