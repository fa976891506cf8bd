// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include <optional>

#include <inferpool/error.hpp>

namespace inferpool::runtimes {

// Adds to the module the exceptions with which a model may answer an Error: InvalidArgument,
// PayloadTooLarge and OutOfMemory. From now on an Error of our functions reaches Python as the
// exception of its name if it is payload_too_large or out_of_memory. An invalid_argument becomes a
// plain ValueError, since there the class is wrong and not the request. Any other becomes
// RuntimeError.
void define_errors(pybind11::module_& module);

// The Error that is meant by one of these exceptions or by a class derived from it; none for any
// other exception. Requires the interpreter's lock held.
[[nodiscard]] std::optional<Error> error_of(const pybind11::error_already_set& exception);

}  // namespace inferpool::runtimes
