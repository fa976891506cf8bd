// SPDX-License-Identifier: Apache-2.0
#include "runtimes/python/inferpool_module.hpp"

#include <pybind11/pybind11.h>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "runtimes/python/numpy_type.hpp"
#include "runtimes/python/python_errors.hpp"
#include "runtimes/python/tensor_buffer.hpp"

namespace inferpool::runtimes {
namespace {

namespace py = pybind11;

struct Run {
  const Request* request = nullptr;
  Context* context = nullptr;
};
thread_local Run current;

const Run& current_run() {
  if (current.context == nullptr) {
    throw std::runtime_error("inferpool: there is no run of predict on this thread");
  }
  return current;
}

// The whole number that a value is, which no float is. None: it is another value, such as an array
// with axes. (An array has __index__ all the same.)
std::optional<std::int64_t> whole_number(const py::handle& value) {
  const auto index = py::reinterpret_steal<py::object>(PyNumber_Index(value.ptr()));
  if (index) return index.cast<std::int64_t>();
  py::error_already_set error;
  if (!error.matches(PyExc_TypeError)) throw error;
  return std::nullopt;
}

std::vector<std::int64_t> dimensions_of(const py::object& shape) {
  if (const auto size = whole_number(shape)) return {*size};
  std::vector<std::int64_t> dimensions;
  for (const py::handle& dimension : shape) {
    const auto size = whole_number(dimension);
    if (!size) {
      throw py::type_error("inferpool.output: the shape has a size that is " +
                           std::string(py::str(py::type::of(dimension).attr("__name__"))) +
                           "; accepted: whole numbers");
    }
    dimensions.push_back(*size);
  }
  return dimensions;
}

py::object make_output(const py::object& shape, const py::object& dtype) {
  Context& context = *current_run().context;
  const py::object type = py::module_::import("numpy").attr("dtype")(dtype);
  const auto datatype = datatype_of_array(type);
  if (!datatype || *datatype == Datatype::kBytes) {
    throw py::type_error("inferpool.output: there is no array of " + std::string(py::str(type)) +
                         " to be sent as it is; accepted: bool, whole numbers and floats of up to "
                         "64 bits");
  }
  Tensor tensor = context.output(*datatype, Shape(dimensions_of(shape)));
  return array_over(TensorBuffer::make(std::move(tensor), TensorBuffer::Access::kWrite));
}

py::dict parameters() {
  py::dict result;
  for (const auto& [name, value] : current_run().request->parameters) {
    std::visit([&, &key = name](const auto& held) { result[py::str(key)] = held; }, value);
  }
  return result;
}

// Python keeps the module and its definition.
py::module_::module_def definition;

}  // namespace

void define_inferpool_module() {
  const py::object modules = py::module_::import("sys").attr("modules");
  if (modules.contains("inferpool")) return;
  auto module = py::module_::create_extension_module(
      "inferpool", "What a class that inferpool-python hosts may ask of its run.", &definition);
  TensorBuffer::define(module);
  define_errors(module);
  module.def("output", &make_output, py::arg("shape"), py::arg("dtype") = "float32",
             "A new array, not initialised: returned from predict it is sent without a copy.");
  module.def(
      "cancelled", [] { return current_run().context->cancelled(); },
      "Whether nobody waits for the result any more.");
  module.def("parameters", &parameters, "The parameters of the request, by name.");
  modules["inferpool"] = module;
  // A process that the class forks does not have the memory for outputs.
  py::module_::import("os").attr("register_at_fork")(py::arg("after_in_child") =
                                                         py::cpp_function([] { current = {}; }));
}

CurrentRun::CurrentRun(const Request& request, Context& context) noexcept {
  current = {&request, &context};
}
CurrentRun::~CurrentRun() { current = {}; }

}  // namespace inferpool::runtimes
