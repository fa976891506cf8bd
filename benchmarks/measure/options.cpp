// SPDX-License-Identifier: Apache-2.0
#include "measure/options.hpp"

#include <charconv>
#include <string>
#include <string_view>

namespace bench {

namespace {

constexpr const char* kUsage = "usage: [--full] [--json <file>] [--runs <number>]";

int parse_runs(std::string_view text) {
  int runs = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), runs);
  if (error != std::errc() || end != text.data() + text.size() || runs < 1 || runs > 1000)
    throw UsageError("--runs " + std::string(text) + ": a number from 1 to 1000 is accepted");
  return runs;
}

}  // namespace

Options parse_options(std::span<const char* const> arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    if (argument == "--full") {
      options.full = true;
      continue;
    }
    if (argument != "--json" && argument != "--runs")
      throw UsageError("unknown argument " + std::string(argument) + "\n" + kUsage);
    if (++i == arguments.size())
      throw UsageError(std::string(argument) + " needs a value\n" + kUsage);
    if (argument == "--json") options.json = arguments[i];
    if (argument == "--runs") options.runs = parse_runs(arguments[i]);
  }
  return options;
}

}  // namespace bench
