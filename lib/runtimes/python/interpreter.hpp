// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace inferpool::runtimes {

// The process's CPython. It is started once, on the thread that loads the model. It is never ended,
// since the threads and libraries of models do not survive that. These functions do not need the
// interpreter's lock. Code that uses Python takes the lock (pybind11::gil_scoped_acquire), only
// while Python runs.
//
// Python installs no handler for SIGINT. On SIGABRT and faults it writes the Python stack to
// stderr, before the process writes the native one.
class Interpreter {
 public:
  // Starts Python with the packages of the folder `environment_path`, or, if that is empty, with
  // those of the system's Python. Later calls do nothing and must ask for the same environment.
  // Throws Error (invalid_settings), and std::runtime_error if Python does not start.
  static void start(const std::string& environment_path);

  // Does what Python does when a process ends: waits for threads that are not daemons and for the
  // shutdown of thread and process pools, calls the functions of atexit, and flushes stdout and
  // stderr. Call it last, on the thread that started Python. Does nothing if Python never started.
  static void leave() noexcept;
};

}  // namespace inferpool::runtimes
