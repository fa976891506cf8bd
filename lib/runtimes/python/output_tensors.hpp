// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include <inferpool/model.hpp>

namespace inferpool::runtimes {

// What predict returned as a response:
//   a dict: one output for each entry, by its name; a named tuple likewise
//   a tuple: outputs "predict_0", "predict_1" and so on
//   anything else that NumPy makes an array of: one output, "predict"
// Arrays are copied once, to where they are sent from. One that came from inferpool.output, of
// which Python keeps nothing, is sent as it is. Text and objects that are str or bytes become
// BYTES, text in UTF-8. What an array would not keep is refused (see whole_array.hpp). With the
// interpreter's lock held; drops `result`.
//
// Throws ForeignException ("TypeError", "ValueError") for what can be no output, Error as
// Context::output, and pybind11::error_already_set.
[[nodiscard]] Response to_response(pybind11::object result, Context& context);

}  // namespace inferpool::runtimes
