// SPDX-License-Identifier: Apache-2.0
#include "held_out.hpp"

#include <charconv>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

namespace {

// Parses "digit,p0,...,p63".
LabelledImage parse(std::string_view line, const std::string& place) {
  std::array<int, 1 + Digits::kPixels> numbers;
  const char* at = line.data();
  const char* const end = at + line.size();
  for (std::size_t n = 0; n < numbers.size(); ++n) {
    if (n > 0 && at != end && *at == ',') ++at;
    const auto [next, error] = std::from_chars(at, end, numbers[n]);
    if (error != std::errc{} || numbers[n] < 0 || numbers[n] > (n == 0 ? 9 : 16)) {
      throw std::runtime_error(place + ": expected a digit 0..9 and 64 pixels 0..16, found \"" +
                               std::string(line.substr(0, 40)) + "\"");
    }
    at = next;
  }
  LabelledImage image{.digit = static_cast<std::size_t>(numbers[0]), .pixels = {}};
  for (std::size_t p = 0; p < Digits::kPixels; ++p) {
    image.pixels[p] = static_cast<float>(numbers[1 + p]);
  }
  return image;
}

}  // namespace

std::vector<LabelledImage> read_held_out(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::vector<LabelledImage> images;
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    if (line.starts_with('#') || line.starts_with("digit,")) continue;
    images.push_back(parse(line, file.string() + ":" + std::to_string(number)));
  }
  if (images.empty()) throw std::runtime_error(file.string() + ": no images, or no readable file");
  return images;
}
