// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include <string>

namespace inferpool::runtimes {

// The value of an output as a NumPy array that has all of it. NumPy would make an array of nearly
// anything, and leave out what an array cannot say. So it is refused where it
//   has masked elements: what lies under a mask is no value
//   has labels or units: a Series, a DataFrame, a quantity
//   is of a class derived from ndarray that may have more than its numbers
//   is sparse, or a list with one of these
//   is a list of whole numbers that NumPy rounds, since there are others that are none
// With the interpreter's lock held. Throws ForeignException ("TypeError", "ValueError") that names
// the output and what to return instead, and pybind11::error_already_set.
[[nodiscard]] pybind11::object whole_array(const std::string& name, const pybind11::object& value);

}  // namespace inferpool::runtimes
