// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <inferpool/error.hpp>

namespace inferpool::tools {

// What an error's details know beyond its text, in lines with their newline: the phase of the
// request, and the end of what the worker printed. Empty where there is nothing.
[[nodiscard]] std::string error_details(const Error& error);

}  // namespace inferpool::tools
