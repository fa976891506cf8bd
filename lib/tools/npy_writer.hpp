// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include <inferpool/tensor.hpp>

namespace inferpool::tools {

// Writes the tensor as numpy.save does, so that numpy.load and read_npy can read it. Overwrites an
// existing file. Throws Error (invalid_argument) that names the file, if it cannot be written, and
// for BF16 and BYTES, because .npy has no type for them.
void write_npy(const std::filesystem::path& file, const Tensor& tensor);

}  // namespace inferpool::tools
