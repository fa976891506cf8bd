// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <inferpool/error.hpp>

namespace inferpool::tools {

// What an error's details say beyond its text: the phase of the request, and the last lines that
// the worker printed. Each line ends with a newline. Empty if there is nothing.
[[nodiscard]] std::string error_details(const Error& error);

}  // namespace inferpool::tools
