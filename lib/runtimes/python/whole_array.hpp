// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include <string>

namespace inferpool::runtimes {

// The value of an output as a NumPy array that has all of it. NumPy makes an array of nearly
// anything, and drops what an array cannot hold. So this throws if the value
//   has masked elements, which have no value
//   has labels or units: a Series, a DataFrame, a quantity
//   is of a class derived from ndarray that may have more than its numbers
//   is sparse
//   is a list with one of these
//   is a list with whole numbers that NumPy would round, because others are floats or too large
// Requires the interpreter's lock held. Throws ForeignException ("TypeError", "ValueError") that
// names the output and what to return instead, and pybind11::error_already_set.
[[nodiscard]] pybind11::object whole_array(const std::string& name, const pybind11::object& value);

}  // namespace inferpool::runtimes
