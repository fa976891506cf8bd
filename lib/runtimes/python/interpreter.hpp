// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace inferpool::runtimes {

// The process's CPython: started once, on the thread that loads the model, and never ended, since
// the threads and libraries of models do not survive that. Nothing here needs the interpreter's
// lock; whoever uses Python takes it (pybind11::gil_scoped_acquire), for no longer than Python
// runs.
//
// Python installs no handler for SIGINT. It writes its own stack to stderr for SIGABRT and faults,
// before the process writes the native one.
class Interpreter {
 public:
  // With the packages of `environment_path`, a folder, or, where it is empty, those of the system's
  // Python. Nothing happens from the second time on, which must ask for the same environment.
  // Throws Error (invalid_settings), and std::runtime_error where Python does not start.
  static void start(const std::string& environment_path);

  // What Python does when a process ends: it waits for the threads that are no daemons, with what
  // was registered for their end (pools of threads and of processes), calls the functions of
  // atexit, and writes what is buffered. The last thing to happen in it, on the thread that started
  // it. Does nothing where it never started.
  static void leave() noexcept;
};

}  // namespace inferpool::runtimes
