// SPDX-License-Identifier: Apache-2.0
#include "runtimes/python/python_exception.hpp"

#include <cstddef>
#include <string>

namespace inferpool::runtimes {
namespace {

namespace py = pybind11;

// At most 16 KiB of an exception's text are kept; the traceback may use this much of it.
constexpr std::size_t kMostTraceback = std::size_t{12} * 1024;

std::string traceback_of(const py::error_already_set& error) {
  try {
    const py::object lines =
        py::module_::import("traceback")
            .attr("format_exception")(error.type(), error.value(),
                                      error.trace() ? error.trace() : py::none());
    std::string text = printable(py::str("").attr("join")(lines));
    while (text.ends_with('\n')) text.pop_back();
    if (text.size() <= kMostTraceback) return text;
    text.erase(0, text.size() - kMostTraceback);
    return "...\n" + text.substr(text.find('\n') + 1);
  } catch (const py::error_already_set&) {
    return "(its traceback cannot be had)";
  }
}

}  // namespace

std::string printable(const py::object& text) {
  return text.attr("encode")("utf-8", "backslashreplace").cast<std::string>();
}

std::string name_of(const py::handle& type) {
  const std::string module = py::str(type.attr("__module__"));
  const std::string name = py::str(type.attr("__qualname__"));
  return module == "builtins" ? name : module + "." + name;
}

std::string text_of(const py::error_already_set& error) {
  try {
    return printable(py::str(error.value()));
  } catch (const py::error_already_set&) {
    return "(its text cannot be had: str() of it raises)";
  }
}

ForeignException described(const py::error_already_set& error) {
  std::string text = text_of(error);
  if (!text.empty()) text += '\n';
  return {name_of(error.type()), text + traceback_of(error)};
}

}  // namespace inferpool::runtimes
