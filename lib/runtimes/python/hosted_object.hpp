// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include <optional>

#include <inferpool/model.hpp>

#include "runtimes/python/accepted_inputs.hpp"

namespace inferpool::runtimes {

class InputArrays;

// An object of the class that the settings name. All with the interpreter's lock held; Python's
// exceptions come as pybind11::error_already_set, those of predict as ForeignException, or as the
// Error that they stand for (python_errors.hpp).
class HostedObject {
 public:
  // Imports the class, from the settings' folder first, makes the object, with the settings where
  // its constructor takes an argument, and calls load() where there is one. Throws Error
  // (invalid_settings) too, and ForeignException for a class that lacks predict.
  HostedObject(const Settings& settings, WorkerInfo info);
  HostedObject(const HostedObject&) = delete;
  HostedObject& operator=(const HostedObject&) = delete;
  ~HostedObject() = default;

  // Sends each value of an iterator that predict returns, of a generator for one, and returns none;
  // any other value it returns. Throws Error (invalid_argument) for other inputs than it takes, and
  // as InputArrays, to_response and Stream::send do.
  [[nodiscard]] std::optional<Response> predict(const Request& request, Stream<Response>& stream,
                                                Context& context);

  // Calls unload() where there is one.
  void unload();

 private:
  std::optional<Response> answer_to(const InputArrays& arrays, Stream<Response>& stream,
                                    Context& context);

  pybind11::object object_;
  pybind11::object predict_;
  std::optional<AcceptedInputs> inputs_;
};

}  // namespace inferpool::runtimes
