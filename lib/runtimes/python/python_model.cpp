// SPDX-License-Identifier: Apache-2.0
#include "runtimes/python/python_model.hpp"

#include <pybind11/pybind11.h>

#include "runtimes/python/hosted_object.hpp"
#include "runtimes/python/interpreter.hpp"
#include "runtimes/python/python_exception.hpp"

namespace inferpool::runtimes {

namespace py = pybind11;

PythonModel::PythonModel(const Settings& settings, WorkerInfo info) {
  Interpreter::start(settings.environment_path);
  const py::gil_scoped_acquire lock;
  run_python([&] { object_ = std::make_unique<HostedObject>(settings, info); });
}

PythonModel::~PythonModel() {
  const py::gil_scoped_acquire lock;
  try {
    object_->unload();
  } catch (py::error_already_set& error) {
    error.discard_as_unraisable("unload");
  }
  object_.reset();
}

std::optional<Response> PythonModel::predict(const Request& request, Stream<Response>& stream,
                                             Context& context) {
  const py::gil_scoped_acquire lock;
  return run_python([&] { return object_->predict(request, stream, context); });
}

}  // namespace inferpool::runtimes
