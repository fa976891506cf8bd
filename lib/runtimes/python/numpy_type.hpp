// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include <optional>

#include <inferpool/datatype.hpp>

namespace inferpool::runtimes {

// NumPy's name of the element type ("<f4"). Null for BF16, which NumPy does not have, and for
// BYTES, whose elements are Python objects in NumPy.
[[nodiscard]] const char* numpy_type(Datatype datatype) noexcept;

// The datatype for arrays of this numpy.dtype, in any byte order; BYTES for text and objects. None
// for elements that no datatype has (complex numbers, times).
[[nodiscard]] std::optional<Datatype> datatype_of_array(const pybind11::handle& dtype);

}  // namespace inferpool::runtimes
