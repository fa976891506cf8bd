// SPDX-License-Identifier: Apache-2.0
#include "held_out.hpp"

#include <charconv>
#include <fstream>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

namespace {

// Parses "malignant,python_predicts,feature 1,..."; a feature may be empty.
std::vector<float> parse(std::string_view line, const std::string& place) {
  std::vector<float> numbers;
  const auto refuse = [&] {
    throw std::runtime_error(
        place + ": expected " + std::to_string(2 + HeldOut::kFeatures) +
        " numbers with commas between them, the first 0 or 1, the second not empty, found \"" +
        std::string(line.substr(0, 60)) + "\"");
  };
  for (std::string_view rest = line;;) {
    const std::string_view field = rest.substr(0, rest.find(','));
    float number = std::numeric_limits<float>::quiet_NaN();
    const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), number);
    if (!field.empty() && (error != std::errc{} || end != field.data() + field.size())) refuse();
    if (field.empty() && numbers.size() < 2) refuse();
    numbers.push_back(number);
    if (field.size() == rest.size()) break;
    rest.remove_prefix(field.size() + 1);
  }
  if (numbers.size() != 2 + HeldOut::kFeatures) refuse();
  if (numbers[0] != 0 && numbers[0] != 1) refuse();
  return numbers;
}

}  // namespace

HeldOut read_held_out(const std::filesystem::path& file) {
  std::ifstream in(file);
  HeldOut held_out;
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    if (line.starts_with('#') || line.starts_with("malignant,")) continue;
    const std::vector<float> numbers = parse(line, file.string() + ":" + std::to_string(number));
    held_out.malignant.push_back(numbers[0] == 1);
    held_out.python_predicts.push_back(numbers[1]);
    held_out.rows.insert(held_out.rows.end(), numbers.begin() + 2, numbers.end());
  }
  if (held_out.size() == 0) {
    throw std::runtime_error(file.string() + ": no tumours, or no readable file");
  }
  return held_out;
}
