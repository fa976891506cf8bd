// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include <string>

namespace inferpool::runtimes {

// The text in Python's form of file names (os.fsdecode): bytes that are not UTF-8 become
// surrogates, which Python turns back when it opens the file.
[[nodiscard]] pybind11::str path_text(const std::string& text);

}  // namespace inferpool::runtimes
