// SPDX-License-Identifier: Apache-2.0
#include "held_out.hpp"

#include <fstream>
#include <iterator>
#include <stdexcept>

HeldOut read_held_out(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(in), {}};
  constexpr std::size_t kRecord = HeldOut::kPixels + 1;  // 1 for the digit
  if (bytes.empty() || bytes.size() % kRecord != 0) {
    throw std::runtime_error(file.string() + " is not what train.py writes");
  }
  HeldOut held_out;
  for (auto record = bytes.begin(); record != bytes.end(); record += kRecord) {
    held_out.pixels.insert(held_out.pixels.end(), record, record + HeldOut::kPixels);
    held_out.digits.push_back(record[HeldOut::kPixels]);
  }
  return held_out;
}
