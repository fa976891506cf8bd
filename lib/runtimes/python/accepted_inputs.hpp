// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include <string>
#include <vector>

#include <inferpool/message.hpp>

namespace inferpool::runtimes {

// Which inputs predict takes, by the names of its parameters.
class AcceptedInputs {
 public:
  // Requires a bound method, and the interpreter's lock held. A method whose parameters cannot be
  // known takes all inputs. Throws ForeignException for a required parameter that cannot be given
  // by name.
  explicit AcceptedInputs(const pybind11::object& predict);

  // Throws Error (invalid_argument) that lists the names if a required input is missing or an input
  // is not taken.
  void check(const TensorList& inputs) const;

 private:
  [[nodiscard]] bool takes(const std::string& name) const;

  std::vector<std::string> required_;
  std::vector<std::string> optional_;
  bool takes_all_ = false;  // **arrays
};

}  // namespace inferpool::runtimes
