// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "tools/model_input.hpp"

namespace inferpool::tools {

// A command line that is wrong; what() says why.
struct Usage : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct AdviseArguments {
  std::string settings = {};
  std::vector<InputFile> inputs = {};  // one without a name, or some with distinct names
  std::string worker = {};             // empty: the one in the settings
  std::optional<int> workers = {};     // the most to be tried
  double seconds = 5;
  bool json = false;
  bool help = false;  // then the rest need not be complete
};

extern const char* const kAdviseUsage;
extern const char* const kAdviseHelp;

// Of a command line without the program's name. Throws Usage.
[[nodiscard]] AdviseArguments parse_advise_arguments(std::span<const char* const> arguments);

}  // namespace inferpool::tools
