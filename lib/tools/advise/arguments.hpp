// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>

#include "tools/command_line.hpp"

namespace inferpool::tools {

struct AdviseArguments : ModelArguments {
  std::optional<int> workers = {};  // the most to try
  double seconds = 5;
  std::string svg = {};  // the file to draw; empty: none
};

extern const char* const kAdviseUsage;

// What --help prints.
[[nodiscard]] std::string advise_help();

// Parses a command line without the program's name. Throws Usage.
[[nodiscard]] AdviseArguments parse_advise_arguments(std::span<const char* const> arguments);

}  // namespace inferpool::tools
