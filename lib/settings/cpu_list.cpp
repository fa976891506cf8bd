// SPDX-License-Identifier: Apache-2.0
#include "settings/cpu_list.hpp"

#include <charconv>
#include <system_error>

namespace inferpool::settings {
namespace {

// Takes one CPU number off the front of the text.
std::optional<int> take_cpu(std::string_view& text) {
  if (text.empty() || text.front() == '-') return std::nullopt;
  int cpu = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), cpu);
  if (error != std::errc() || cpu >= kMostCpus) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return cpu;
}

bool take(std::string_view& text, char character) {
  if (!text.starts_with(character)) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::optional<std::vector<int>> parse_cpu_list(std::string_view text) {
  std::vector<int> cpus;
  do {
    const auto first = take_cpu(text);
    const auto last = take(text, '-') ? take_cpu(text) : first;
    if (!first || !last || *last < *first) return std::nullopt;
    for (int cpu = *first; cpu <= *last; ++cpu) cpus.push_back(cpu);
  } while (take(text, ','));
  if (!text.empty()) return std::nullopt;
  return cpus;
}

}  // namespace inferpool::settings
