// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include <optional>

#include <inferpool/datatype.hpp>

namespace inferpool::runtimes {

// NumPy's name of the type of fixed-width elements ("<f4"), or null: BF16, which it does not have,
// and BYTES, whose elements it has as Python objects.
[[nodiscard]] const char* numpy_type(Datatype datatype) noexcept;

// The datatype of arrays of this numpy.dtype, in whatever order of bytes; of text and of objects
// BYTES. None: numbers that have no datatype (complex, times).
[[nodiscard]] std::optional<Datatype> datatype_of_array(const pybind11::handle& dtype);

}  // namespace inferpool::runtimes
