// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace inferpool::runtimes {

// A folder with the packages that a class is to have, of the worker's own version of Python.
struct PythonEnvironment {
  std::filesystem::path packages;     // its site-packages
  std::filesystem::path interpreter;  // of a virtual environment, which says by it what it is
};

// What lies in a folder: a virtual environment (of venv or virtualenv), or a whole Python as conda
// makes it, of which there are the packages alone. `version`: "3.11". Throws Error
// (invalid_settings) where the folder is none, or is of another version.
[[nodiscard]] PythonEnvironment find_python_environment(const std::string& folder,
                                                        const std::string& version);

}  // namespace inferpool::runtimes
