// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

namespace inferpool::tools {

// Prints to stdout. Throws std::runtime_error that says why where that fails.
void print(const std::string& text);

// Prints to stderr what can be printed there.
void print_error(const std::string& text);

// Does `work`. The exit status: 0; what it throws is printed after the program's name: a Usage with
// the usage, for which it is 2; anything else, of an Error also what its text leaves out
// (error_details), for which it is 1. Does nothing but say so where stdout is closed. From here on
// a reader of stdout that goes away ends the program by such an error, not by SIGPIPE.
[[nodiscard]] int run_tool(const char* name, const char* usage, const std::function<void()>& work);

}  // namespace inferpool::tools
