// SPDX-License-Identifier: Apache-2.0
#include "measure/number.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace bench {

namespace {

std::string grouped(std::string digits) {
  const std::size_t begin = digits.front() == '-' ? 1 : 0;
  for (std::size_t i = digits.size(); i > begin + 3; i -= 3) digits.insert(i - 3, 1, ',');
  return digits;
}

}  // namespace

std::string number(double value) {
  if (value == 0) return "0";
  if (!std::isfinite(value)) return fmt::format("{}", value);
  if (std::abs(value) >= 100) return grouped(fmt::format("{:.0f}", value));
  const double magnitude = std::floor(std::log10(std::abs(value)));
  const int decimals = std::clamp(2 - static_cast<int>(magnitude), 0, 9);
  std::string text = fmt::format("{:.{}f}", value, decimals);
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

}  // namespace bench
