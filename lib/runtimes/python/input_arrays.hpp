// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include <string>
#include <utility>
#include <vector>

#include <inferpool/message.hpp>

namespace inferpool::runtimes {

// The tensors of a request as read-only arrays that view their memory. BYTES are copied to arrays
// of Python's bytes. Requires the interpreter's lock held.
class InputArrays {
 public:
  // Throws Error (invalid_argument) for BF16, which NumPy does not have.
  explicit InputArrays(const TensorList& inputs);

  // The arrays by the names of the tensors, for use as keyword arguments.
  [[nodiscard]] const pybind11::dict& arguments() const noexcept { return arguments_; }

  // Drops the arrays. Afterwards nothing may refer to their memory, since other requests will be
  // written into it: a model that kept an array would see it change. Throws ForeignException that
  // names the inputs whose views are still in use after Python's search for cycles.
  void release();

 private:
  [[nodiscard]] std::vector<std::string> kept() const;

  pybind11::dict arguments_;
  std::vector<std::pair<std::string, pybind11::object>> buffers_;
};

}  // namespace inferpool::runtimes
