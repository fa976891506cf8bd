// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include <string>
#include <vector>

#include <inferpool/message.hpp>

namespace inferpool::runtimes {

// Which inputs a predict takes, after the names of its parameters.
class AcceptedInputs {
 public:
  // Of a bound method, with the interpreter's lock held. One whose parameters cannot be known takes
  // all. Throws ForeignException where it has one that cannot be given by its name.
  explicit AcceptedInputs(const pybind11::object& predict);

  // Throws Error (invalid_argument) that lists the names where one is missing, or is not taken.
  void check(const TensorList& inputs) const;

 private:
  [[nodiscard]] bool takes(const std::string& name) const;

  std::vector<std::string> required_;
  std::vector<std::string> optional_;
  bool takes_all_ = false;  // **arrays
};

}  // namespace inferpool::runtimes
