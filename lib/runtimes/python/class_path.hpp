// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <inferpool/settings.hpp>

namespace inferpool::runtimes {

// The path of a class: "models.sub.MyModel" is MyModel of the module models.sub.
struct ClassPath {
  std::string module;
  std::string name;
};

// The class that a worker hosts: parameters.extra.python_class, else implementation. Throws Error
// (invalid_settings) if there is none, or it is not the path of a class.
[[nodiscard]] ClassPath find_class_path(const Settings& settings);

}  // namespace inferpool::runtimes
