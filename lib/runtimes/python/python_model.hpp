// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>

#include <inferpool/model.hpp>

namespace inferpool::runtimes {

class HostedObject;

// Serves a Python class by the Open Inference Protocol, one request at a time. See README.md. The
// interpreter's lock is held while Python runs, and free between the runs.
class PythonModel {
 public:
  // Throws Error (invalid_settings), and ForeignException for what Python raises.
  PythonModel(const Settings& settings, WorkerInfo info);
  PythonModel(const PythonModel&) = delete;
  PythonModel& operator=(const PythonModel&) = delete;
  // Exceptions of unload() go to stderr.
  ~PythonModel();

  // Values that a generator yields go to the stream. Throws Error (invalid_argument) that names the
  // inputs or types that predict takes. A Python exception becomes the Error that it means, if any,
  // else ForeignException.
  std::optional<Response> predict(const Request& request, Stream<Response>& stream,
                                  Context& context);

 private:
  std::unique_ptr<HostedObject> object_;
};

}  // namespace inferpool::runtimes
