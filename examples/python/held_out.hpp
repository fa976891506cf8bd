// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

// Images that the classifier was not trained on; train.py writes them.
struct HeldOut {
  static constexpr std::size_t kPixels = 64;

  std::vector<std::uint8_t> pixels = {};  // of one image after the other
  std::vector<std::int64_t> digits = {};

  [[nodiscard]] std::size_t size() const noexcept { return digits.size(); }

  // `count` images from image `from` on.
  [[nodiscard]] std::span<const std::uint8_t> images(std::size_t from, std::size_t count) const {
    return std::span(pixels).subspan(from * kPixels, count * kPixels);
  }
};

// Throws std::runtime_error.
[[nodiscard]] HeldOut read_held_out(const std::filesystem::path& file);
