// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <stdexcept>

namespace bench {

// The command line of a benchmark: [--full] [--json <file>] [--runs <number>]
struct Options {
  bool full = false;                               // measure every cell, not only the quick ones
  std::optional<std::filesystem::path> json = {};  // the file for the results
  int runs = 5;                                    // a figure is their median
};

// Wrong arguments; the text says which are wrong, and what is accepted.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Parses the arguments without the program's name. Throws UsageError.
[[nodiscard]] Options parse_options(std::span<const char* const> arguments);

}  // namespace bench
