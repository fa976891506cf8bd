// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tools/command_line.hpp"
#include "tools/model_input.hpp"

namespace inferpool::tools {

struct RunArguments : ModelArguments {
  std::vector<InputFile> outputs = {};  // files to write: one without a name, or distinct names
  std::optional<int> workers = {};      // none: the number in the settings
  int repeat = 1;
};

extern const char* const kRunUsage;

// What --help prints.
[[nodiscard]] std::string run_help();

// Parses a command line without the program's name. Throws Usage.
[[nodiscard]] RunArguments parse_run_arguments(std::span<const char* const> arguments);

}  // namespace inferpool::tools
