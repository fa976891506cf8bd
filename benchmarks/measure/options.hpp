// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <stdexcept>

namespace bench {

// The command line of a benchmark: [--full] [--json <file>] [--runs <number>]
struct Options {
  bool full = false;                               // every cell, not only the quick ones
  std::optional<std::filesystem::path> json = {};  // where the results go to
  int runs = 5;                                    // of which a figure is the median
};

// Wrong arguments; the text says which, and what is accepted.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Of the arguments without the program's name. Throws UsageError.
[[nodiscard]] Options parse_options(std::span<const char* const> arguments);

}  // namespace bench
