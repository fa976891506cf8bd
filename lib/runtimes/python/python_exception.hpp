// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include <string>
#include <utility>

#include <inferpool/error.hpp>

namespace inferpool::runtimes {

// A Python str as UTF-8. Surrogates, as in a file name that is not UTF-8, become escapes.
[[nodiscard]] std::string printable(const pybind11::object& text);

// The name of a class, with its module unless it is a builtin: "json.decoder.JSONDecodeError".
[[nodiscard]] std::string name_of(const pybind11::handle& type);

// The str() of an exception, or a note that str() raises. Requires the interpreter's lock held.
[[nodiscard]] std::string text_of(const pybind11::error_already_set& error);

// A Python exception for a caller without Python: its type, its text, and below it the traceback as
// Python prints it. Of a long traceback it has only the innermost frames. Requires the
// interpreter's lock held.
[[nodiscard]] ForeignException described(const pybind11::error_already_set& error);

// Returns what the function returns; a Python exception of it becomes a ForeignException that holds
// no Python object. Requires the interpreter's lock held.
template <typename Function>
decltype(auto) run_python(Function&& function) {
  try {
    return std::forward<Function>(function)();
  } catch (const pybind11::error_already_set& error) {
    throw described(error);
  }
}

}  // namespace inferpool::runtimes
