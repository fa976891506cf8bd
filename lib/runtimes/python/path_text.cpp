// SPDX-License-Identifier: Apache-2.0
#include "runtimes/python/path_text.hpp"

namespace inferpool::runtimes {

pybind11::str path_text(const std::string& text) {
  PyObject* const decoded =
      PyUnicode_DecodeFSDefaultAndSize(text.data(), static_cast<Py_ssize_t>(text.size()));
  if (decoded == nullptr) throw pybind11::error_already_set();
  return pybind11::reinterpret_steal<pybind11::str>(decoded);
}

}  // namespace inferpool::runtimes
