// SPDX-License-Identifier: Apache-2.0
#include "runtimes/python/hosted_object.hpp"

#include <fmt/format.h>

#include <exception>
#include <optional>
#include <string>
#include <utility>

#include <inferpool/error.hpp>

#include "runtimes/python/class_path.hpp"
#include "runtimes/python/inferpool_module.hpp"
#include "runtimes/python/input_arrays.hpp"
#include "runtimes/python/mlserver_classes.hpp"
#include "runtimes/python/output_tensors.hpp"
#include "runtimes/python/path_text.hpp"
#include "runtimes/python/python_errors.hpp"
#include "runtimes/python/python_exception.hpp"

namespace inferpool::runtimes {
namespace {

namespace py = pybind11;

void search_first(const std::string& folder) {
  if (folder.empty()) return;
  const py::object path = py::module_::import("sys").attr("path");
  const py::str entry = path_text(folder);
  if (path.contains(entry)) path.attr("remove")(entry);
  path.attr("insert")(0, entry);
}

py::module_ import_module(const ClassPath& path) {
  try {
    return py::module_::import(path.module.c_str());
  } catch (const py::error_already_set& error) {
    if (error.matches(PyExc_ModuleNotFoundError)) {
      const py::object missing = error.value().attr("name");
      const std::string name = missing.is_none() ? "" : missing.cast<std::string>();
      if (is_of_mlserver(name)) refuse_missing_mlserver(path, name);
    }
    throw;
  }
}

// Whether the class is derived from mlserver.MLModel, in any of MLServer's modules.
bool has_mlserver_interface(const py::object& hosted_class) {
  if (PyType_Check(hosted_class.ptr()) == 0) return false;
  for (const py::handle& base : hosted_class.attr("__mro__")) {
    const std::string name = py::str(base.attr("__name__"));
    const std::string module = py::str(base.attr("__module__"));
    if (name == "MLModel" && is_of_mlserver(module)) return true;
  }
  return false;
}

py::object import_class(const ClassPath& path) {
  const py::module_ module = import_module(path);
  if (!py::hasattr(module, path.name.c_str())) {
    throw ForeignException(
        "AttributeError",
        fmt::format("the module {} ({}) has no class {}", path.module,
                    printable(py::str(py::getattr(module, "__file__", py::str("built in")))),
                    path.name));
  }
  py::object hosted_class = module.attr(path.name.c_str());
  if (has_mlserver_interface(hosted_class)) refuse_mlserver_class(path);
  return hosted_class;
}

// The settings as MLServer gives them to a model: settings.name, settings.parameters.uri and so on.
py::object settings_for_python(const Settings& settings, WorkerInfo info) {
  using namespace py::literals;
  const py::object record = py::module_::import("types").attr("SimpleNamespace");
  const py::object extra =
      settings.extra.empty()
          ? py::dict()
          : py::object(py::module_::import("json").attr("loads")(settings.extra));
  const auto text = [](const std::string& value) -> py::object {
    return value.empty() ? py::object(py::none()) : py::object(path_text(value));
  };
  return record("name"_a = path_text(settings.name),
                "implementation"_a = path_text(settings.implementation),
                "folder"_a = text(settings.folder), "worker_index"_a = info.index,
                "parameters"_a = record("uri"_a = text(settings.uri),
                                        "version"_a = text(settings.version), "extra"_a = extra,
                                        "environment_path"_a = text(settings.environment_path)));
}

// Whether the constructor takes an argument: its first parameter is required or named "settings".
bool takes_settings(const py::object& hosted_class) {
  const py::module_ inspect = py::module_::import("inspect");
  try {
    const py::object signature = inspect.attr("signature")(hosted_class);
    const py::object kinds = inspect.attr("Parameter");
    for (const py::handle& parameter : signature.attr("parameters").attr("values")()) {
      const py::object kind = parameter.attr("kind");
      if (kind.equal(kinds.attr("VAR_POSITIONAL")) || kind.equal(kinds.attr("VAR_KEYWORD")))
        continue;
      return parameter.attr("default").is(kinds.attr("empty")) ||
             parameter.attr("name").cast<std::string>() == "settings";
    }
  } catch (const py::error_already_set& error) {
    if (!error.matches(PyExc_ValueError) && !error.matches(PyExc_TypeError)) throw;
  }
  return false;
}

// The iterator stops when the caller takes no more, since send throws then.
void send_all(const py::object values, Stream<Response>& stream, Context& context) {
  while (py::object value = py::reinterpret_steal<py::object>(PyIter_Next(values.ptr()))) {
    const Response part = to_response(std::move(value), context);
    const py::gil_scoped_release unlocked;  // it may wait for the caller
    stream.send(part);
  }
  if (PyErr_Occurred() != nullptr) throw py::error_already_set();
}

bool has_method(const py::object& object, const char* name) {
  return py::hasattr(object, name) && PyCallable_Check(object.attr(name).ptr()) != 0;
}

// A call of an `async def` would make a coroutine that never runs.
void refuse_coroutines(const py::object& object) {
  const py::module_ inspect = py::module_::import("inspect");
  for (const char* const name : {"load", "predict", "unload"}) {
    if (!py::hasattr(object, name)) continue;
    const py::object method = object.attr(name);
    if (!inspect.attr("iscoroutinefunction")(method).cast<bool>() &&
        !inspect.attr("isasyncgenfunction")(method).cast<bool>())
      continue;
    throw ForeignException(
        "TypeError",
        fmt::format("{} is an `async def`, for which there is no event loop here; accepted: a "
                    "plain `def` (in it asyncio.run(...) may run a coroutine)",
                    name));
  }
}

}  // namespace

HostedObject::HostedObject(const Settings& settings, WorkerInfo info) {
  const ClassPath path = find_class_path(settings);
  search_first(settings.folder);
  define_inferpool_module();
  py::module_::import("numpy");
  const py::object hosted_class = import_class(path);
  object_ = takes_settings(hosted_class) ? hosted_class(settings_for_python(settings, info))
                                         : hosted_class();
  if (!has_method(object_, "predict")) {
    throw ForeignException(
        "TypeError", fmt::format("the class {}.{} has no method predict", path.module, path.name));
  }
  refuse_coroutines(object_);
  predict_ = object_.attr("predict");
  inputs_.emplace(predict_);
  if (has_method(object_, "load")) object_.attr("load")();
}

std::optional<Response> HostedObject::predict(const Request& request, Stream<Response>& stream,
                                              Context& context) {
  inputs_->check(request.inputs);
  const CurrentRun run(request, context);
  InputArrays arrays(request.inputs);
  std::optional<Response> answer;
  std::exception_ptr thrown;
  try {
    answer = answer_to(arrays, stream, context);
  } catch (const py::error_already_set& error) {
    const std::optional<Error> known = error_of(error);
    thrown = known ? std::make_exception_ptr(*known) : std::make_exception_ptr(described(error));
  } catch (...) {
    thrown = std::current_exception();
  }
  // Frames of a Python exception may refer to the arrays, so this comes after it is gone. A failed
  // run must not keep a view either.
  arrays.release();
  if (thrown) std::rethrow_exception(thrown);
  return answer;
}

std::optional<Response> HostedObject::answer_to(const InputArrays& arrays, Stream<Response>& stream,
                                                Context& context) {
  py::object result = predict_(**arrays.arguments());
  if (PyIter_Check(result.ptr()) == 0) return to_response(std::move(result), context);
  send_all(std::move(result), stream, context);
  return std::nullopt;
}

void HostedObject::unload() {
  if (has_method(object_, "unload")) object_.attr("unload")();
}

}  // namespace inferpool::runtimes
