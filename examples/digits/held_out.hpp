// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <vector>

#include "digits.hpp"

struct LabelledImage {
  std::size_t digit;  // what its writer meant
  std::array<float, Digits::kPixels> pixels;
};

// The images that train.py set aside. Throws std::runtime_error that says file, line and what was
// expected.
std::vector<LabelledImage> read_held_out(const std::filesystem::path& file);
