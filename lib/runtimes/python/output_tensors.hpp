// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include <inferpool/model.hpp>

namespace inferpool::runtimes {

// Turns the value that predict returned into a response:
//   a dict: one output for each entry, by its name; a named tuple likewise
//   a tuple: outputs "predict_0", "predict_1" and so on
//   any other value from which NumPy makes an array: one output, "predict"
// Arrays are copied once, into the memory from which they are sent. An array of inferpool.output to
// which Python has no other reference is sent without a copy. Text, and objects that are str or
// bytes, become BYTES, text in UTF-8. Requires the interpreter's lock held; drops `result`.
//
// Throws ForeignException ("TypeError", "ValueError") for values that cannot be an output or would
// lose something as an array (see whole_array.hpp), Error as Context::output does, and
// pybind11::error_already_set.
[[nodiscard]] Response to_response(pybind11::object result, Context& context);

}  // namespace inferpool::runtimes
