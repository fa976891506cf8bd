// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "runtimes/python/class_path.hpp"

namespace inferpool::runtimes {

// Whether the module is MLServer's own package or one of its runtimes (mlserver_sklearn).
[[nodiscard]] bool is_of_mlserver(std::string_view module);

// Both functions throw Error (invalid_settings) that says what to do instead.
//
// For a class of MLServer, whose interface differs from the hosted one.
[[noreturn]] void refuse_mlserver_class(const ClassPath& path);
// For a class whose module needs a module of MLServer that is not installed.
[[noreturn]] void refuse_missing_mlserver(const ClassPath& path, std::string_view missing);

}  // namespace inferpool::runtimes
