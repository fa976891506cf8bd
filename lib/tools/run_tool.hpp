// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

namespace inferpool::tools {

// Prints to stdout. Throws std::runtime_error with the reason if that fails.
void print(const std::string& text);

// Prints to stderr and ignores failures.
void print_error(const std::string& text);

// Does `work` and returns the exit status: 0; 2 after a Usage; 1 after any other exception. Prints
// the exception after the program's name: a Usage with the usage, an Error with its error_details.
// If stdout is closed, it only reports that. From here on, if the reader of stdout goes away, the
// program ends by such an error, not by SIGPIPE.
[[nodiscard]] int run_tool(const char* name, const char* usage, const std::function<void()>& work);

}  // namespace inferpool::tools
