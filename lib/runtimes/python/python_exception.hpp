// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include <string>
#include <utility>

#include <inferpool/error.hpp>

namespace inferpool::runtimes {

// A Python str as UTF-8: surrogates, as in the name of a file that is no UTF-8, become escapes.
[[nodiscard]] std::string printable(const pybind11::object& text);

// The name of a class, with that of its module where it is not one of Python's own:
// "json.decoder.JSONDecodeError".
[[nodiscard]] std::string name_of(const pybind11::handle& type);

// What str() makes of an exception, or that it makes nothing of it. With the interpreter's lock
// held.
[[nodiscard]] std::string text_of(const pybind11::error_already_set& error);

// A Python exception for a caller who has no Python: its type, its text, and below it the traceback
// as Python prints it, the innermost frames of a long one. With the interpreter's lock held.
[[nodiscard]] ForeignException described(const pybind11::error_already_set& error);

// What the function returns; a Python exception of it becomes a ForeignException. With the
// interpreter's lock held, after which nothing of the exception is left.
template <typename Function>
decltype(auto) run_python(Function&& function) {
  try {
    return std::forward<Function>(function)();
  } catch (const pybind11::error_already_set& error) {
    throw described(error);
  }
}

}  // namespace inferpool::runtimes
