// SPDX-License-Identifier: Apache-2.0
#include "runtimes/python/interpreter.hpp"

#include <fmt/format.h>
#include <pybind11/embed.h>

#include <optional>
#include <stdexcept>

#include <inferpool/error.hpp>

#include "runtimes/python/path_text.hpp"
#include "runtimes/python/python_environment.hpp"

namespace inferpool::runtimes {
namespace {

namespace py = pybind11;

// The environment with which Python was started in this process; none before the start.
std::optional<std::string>& started_with() {
  static std::optional<std::string> environment;
  return environment;
}

void check(const PyStatus& status) {
  if (PyStatus_Exception(status) == 0) return;
  throw std::runtime_error(fmt::format("Python does not start: {}",
                                       status.err_msg == nullptr ? "no reason" : status.err_msg));
}

struct Config : PyConfig {
  Config() { PyConfig_InitPythonConfig(this); }
  Config(const Config&) = delete;
  Config& operator=(const Config&) = delete;
  ~Config() { PyConfig_Clear(this); }

  void set(wchar_t* PyConfig::*text, const char* value) {
    check(PyConfig_SetBytesString(this, &(this->*text), value));
  }
};

// Starts as `python3` does, with its environment variables, except for what belongs to the worker's
// process: its arguments, signals, C streams and working folder.
void initialize(const char* program) {
  PyPreConfig before;
  PyPreConfig_InitPythonConfig(&before);
  before.parse_argv = 0;
#ifdef __SANITIZE_ADDRESS__
  before.allocator = PYMEM_ALLOCATOR_MALLOC;  // the sanitizer cannot check Python's own allocator
#endif
  check(Py_PreInitialize(&before));
  Config config;
  config.parse_argv = 0;
  config.install_signal_handlers = 0;
  config.configure_c_stdio = 0;
  config.faulthandler = 1;
  config.set(&PyConfig::program_name, program);
  config.set(&PyConfig::stdio_encoding, "utf-8");
  config.set(&PyConfig::stdio_errors, "backslashreplace");
  check(Py_InitializeFromConfig(&config));
}

// Each complete line is written at once, since the process may be killed at any moment.
void write_lines_at_once() {
  const py::object out = py::module_::import("sys").attr("stdout");
  if (!out.is_none()) out.attr("reconfigure")(py::arg("line_buffering") = true);
}

// Puts the packages of an environment that is not a virtual one before the others.
void prefer_packages(const PythonEnvironment& environment) {
  const py::object path = py::module_::import("sys").attr("path");
  const py::list before = path.attr("copy")();
  py::module_::import("site").attr("addsitedir")(path_text(environment.packages.string()));
  const py::list added =
      path[py::slice(static_cast<py::ssize_t>(before.size()), PY_SSIZE_T_MAX, 1)];
  path.attr("clear")();
  path.attr("extend")(added + before);
}

void call_quietly(const char* module, const char* function) noexcept {
  try {
    py::module_::import(module).attr(function)();
  } catch (py::error_already_set& error) {
    error.discard_as_unraisable(function);
  }
}

}  // namespace

void Interpreter::start(const std::string& environment_path) {
  std::optional<std::string>& started = started_with();
  if (started) {
    if (*started == environment_path) return;
    throw Error(ErrorCode::kInvalidSettings,
                fmt::format("environment_path is \"{}\"; accepted: \"{}\", with which this process "
                            "has started Python",
                            environment_path, *started));
  }
  std::optional<PythonEnvironment> environment;
  if (!environment_path.empty()) {
    environment = find_python_environment(environment_path,
                                          fmt::format("{}.{}", PY_MAJOR_VERSION, PY_MINOR_VERSION));
  }
  const bool is_virtual = environment && !environment->interpreter.empty();
  initialize(is_virtual ? environment->interpreter.c_str() : INFERPOOL_PYTHON);
  started = environment_path;
  // The first import of threading decides which thread Python takes for the main one.
  py::module_::import("threading");
  write_lines_at_once();
  if (environment && !is_virtual) prefer_packages(*environment);
  PyEval_SaveThread();
}

void Interpreter::leave() noexcept {
  if (!started_with()) return;
  const py::gil_scoped_acquire lock;
  // The order is that of Python's own finalization.
  call_quietly("threading", "_shutdown");
  call_quietly("atexit", "_run_exitfuncs");
  for (const char* const name : {"stdout", "stderr"}) {
    PyObject* const stream = PySys_GetObject(name);  // borrowed
    if (stream == nullptr || stream == Py_None) continue;
    PyObject* const done = PyObject_CallMethod(stream, "flush", nullptr);
    Py_XDECREF(done);
    PyErr_Clear();
  }
}

}  // namespace inferpool::runtimes
