// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include <optional>

#include <inferpool/model.hpp>

#include "runtimes/python/accepted_inputs.hpp"

namespace inferpool::runtimes {

class InputArrays;

// An object of the class that the settings name. All members require the interpreter's lock held.
// Python's exceptions arrive as pybind11::error_already_set; those of predict as ForeignException,
// or as the Error that they mean (python_errors.hpp).
class HostedObject {
 public:
  // Imports the class, looking in the settings' folder first. Makes the object, with the settings
  // if its constructor takes an argument, and calls load() if it has one. Also throws Error
  // (invalid_settings), and ForeignException for a class that lacks predict.
  HostedObject(const Settings& settings, WorkerInfo info);
  HostedObject(const HostedObject&) = delete;
  HostedObject& operator=(const HostedObject&) = delete;
  ~HostedObject() = default;

  // If predict returns an iterator, such as a generator, sends each of its values and returns none.
  // Otherwise returns the value. Throws Error (invalid_argument) for inputs that it does not take,
  // and as InputArrays, to_response and Stream::send do.
  [[nodiscard]] std::optional<Response> predict(const Request& request, Stream<Response>& stream,
                                                Context& context);

  // Calls unload() if the object has one.
  void unload();

 private:
  std::optional<Response> answer_to(const InputArrays& arrays, Stream<Response>& stream,
                                    Context& context);

  pybind11::object object_;
  pybind11::object predict_;
  std::optional<AcceptedInputs> inputs_;
};

}  // namespace inferpool::runtimes
