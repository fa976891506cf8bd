// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include <inferpool/tensor.hpp>

// Reads the array of a .npy file, which must be in C order and of a number type or bool. Throws
// std::runtime_error that names the file and what is wrong.
inferpool::Tensor read_npy(const std::filesystem::path& file);
