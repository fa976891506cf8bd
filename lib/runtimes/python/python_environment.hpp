// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace inferpool::runtimes {

// A folder with packages for the hosted class, for the worker's version of Python.
struct PythonEnvironment {
  std::filesystem::path packages;     // its site-packages
  std::filesystem::path interpreter;  // set only for a virtual environment
};

// The environment in a folder: a virtual environment (of venv or virtualenv), or a complete Python
// such as conda makes, of which only the packages are used. `version`: "3.11". Throws Error
// (invalid_settings) if the folder is no environment, or is for another version.
[[nodiscard]] PythonEnvironment find_python_environment(const std::string& folder,
                                                        const std::string& version);

}  // namespace inferpool::runtimes
