// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include <inferpool/tensor.hpp>

// The array of a .npy file, in C order, of a number type or bool. Throws std::runtime_error that
// names the file and what is wrong.
inferpool::Tensor read_npy(const std::filesystem::path& file);
