// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include <inferpool/tensor.hpp>

namespace inferpool::tools {

// Writes the tensor as numpy.save would, so that numpy.load and read_npy give it back; a file that
// is there is overwritten. Throws Error (invalid_argument) that names the file, for BF16 and BYTES,
// which .npy has no type for, and where it cannot be written.
void write_npy(const std::filesystem::path& file, const Tensor& tensor);

}  // namespace inferpool::tools
