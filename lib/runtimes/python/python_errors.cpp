// SPDX-License-Identifier: Apache-2.0
#include "runtimes/python/python_errors.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <string>

#include "runtimes/python/python_exception.hpp"

namespace inferpool::runtimes {
namespace {

namespace py = pybind11;

struct Kind {
  ErrorCode code;
  const char* name;
  PyObject** base;
  const char* meaning;
  PyObject* type = nullptr;  // lives as long as Python
};

std::array kinds{
    Kind{ErrorCode::kInvalidArgument, "InvalidArgument", &PyExc_ValueError,
         "The request is wrong, and its caller is told so: invalid_argument."},
    Kind{ErrorCode::kPayloadTooLarge, "PayloadTooLarge", &PyExc_ValueError,
         "There is no place for an output of more than max_payload."},
    Kind{ErrorCode::kOutOfMemory, "OutOfMemory", &PyExc_MemoryError,
         "The shared memory of this worker is used up."},
};

// The text after "<code>: ", since the exception's type tells the code.
const char* sentence_of(const Error& error) { return error.what() + name(error.code()).size() + 2; }

void raise(std::exception_ptr thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const Error& error) {
    const auto* const kind = std::ranges::find(kinds, error.code(), &Kind::code);
    if (kind == kinds.end()) throw;
    PyObject* const type = error.code() == ErrorCode::kInvalidArgument ? *kind->base : kind->type;
    PyErr_SetString(type, sentence_of(error));
  }
}

}  // namespace

void define_errors(py::module_& module) {
  for (Kind& kind : kinds) {
    const std::string path = std::string("inferpool.") + kind.name;
    kind.type = PyErr_NewExceptionWithDoc(path.c_str(), kind.meaning, *kind.base, nullptr);
    if (kind.type == nullptr) throw py::error_already_set();
    module.attr(kind.name) = py::handle(kind.type);
  }
  py::register_local_exception_translator(&raise);
}

std::optional<Error> error_of(const py::error_already_set& exception) {
  const auto* const kind = std::ranges::find_if(
      kinds, [&](const Kind& each) { return exception.matches(py::handle(each.type)); });
  if (kind == kinds.end()) return std::nullopt;
  const std::string text = text_of(exception);
  return Error(kind->code, text.empty() ? name_of(exception.type()) : text);
}

}  // namespace inferpool::runtimes
