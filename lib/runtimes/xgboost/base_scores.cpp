// SPDX-License-Identifier: Apache-2.0
#include "runtimes/xgboost/base_scores.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "runtimes/xgboost/xgboost_error.hpp"

namespace inferpool::runtimes {
namespace {

constexpr std::string_view kBlanks = " \n\r\t";

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  return text.substr(0, text.find_last_not_of(kBlanks) + 1);
}

std::string_view inside(std::string_view text) {
  text = trimmed(text);
  const bool is_list = text.size() >= 2 && text.front() == '[' && text.back() == ']';
  return is_list ? text.substr(1, text.size() - 2) : text;
}

}  // namespace

std::vector<float> read_base_scores(std::string_view text) {
  std::vector<float> scores;
  std::string_view left = inside(text);
  for (bool goes_on = true; goes_on;) {
    const std::size_t comma = left.find(',');
    goes_on = comma != std::string_view::npos;
    const std::string_view entry = trimmed(left.substr(0, comma));
    if (goes_on) left.remove_prefix(comma + 1);
    float value = 0;
    const auto [end, error] = std::from_chars(entry.data(), entry.data() + entry.size(), value);
    if (error != std::errc{} || end != entry.data() + entry.size()) {
      throw XgboostError(
          fmt::format("its base_score is \"{}\"; expected: a number, or a list of numbers", text));
    }
    scores.push_back(value);
  }
  return scores;
}

std::string_view first_base_score(std::string_view text) noexcept {
  const std::string_view list = inside(text);
  return trimmed(list.substr(0, list.find(',')));
}

}  // namespace inferpool::runtimes
