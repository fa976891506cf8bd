// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

namespace inferpool::tools {

// Prints to stdout. The exit status: 1 where that fails.
[[nodiscard]] int print(const std::string& text);

// Prints to stderr what can be printed there.
void print_error(const std::string& text);

// The exit status of `work`. What it throws is printed after the program's name: a Usage with the
// usage, for which it is 2; anything else, of an Error also what its text leaves out
// (error_details), for which it is 1.
[[nodiscard]] int run_tool(const char* name, const char* usage, const std::function<int()>& work);

}  // namespace inferpool::tools
