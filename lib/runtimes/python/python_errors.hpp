// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include <optional>

#include <inferpool/error.hpp>

namespace inferpool::runtimes {

// Gives the module the exceptions that stand for an Error which a model may answer with:
// InvalidArgument, PayloadTooLarge and OutOfMemory. From now on Python sees an Error of our
// functions that says that there is no room as the exception of its name; invalid_argument, by
// which a function means the class and not the request, as a plain ValueError; any other as
// RuntimeError.
void define_errors(pybind11::module_& module);

// The Error that an exception, or a class that is derived from one of these, stands for; none: it
// is any other exception. With the interpreter's lock held.
[[nodiscard]] std::optional<Error> error_of(const pybind11::error_already_set& exception);

}  // namespace inferpool::runtimes
