// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include <string>

namespace inferpool::runtimes {

// The text as Python has the names of files (os.fsdecode): bytes that are no UTF-8 become
// surrogates, which Python turns back where it opens such a file.
[[nodiscard]] pybind11::str path_text(const std::string& text);

}  // namespace inferpool::runtimes
