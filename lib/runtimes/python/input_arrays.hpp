// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include <string>
#include <utility>
#include <vector>

#include <inferpool/message.hpp>

namespace inferpool::runtimes {

// The tensors of a request as read-only arrays that view them where they lie; BYTES are copied, to
// arrays of Python's bytes. With the interpreter's lock held.
class InputArrays {
 public:
  // Throws Error (invalid_argument) for BF16, which NumPy does not have.
  explicit InputArrays(const TensorList& inputs);

  // By the names of the tensors, to be given as keyword arguments.
  [[nodiscard]] const pybind11::dict& arguments() const noexcept { return arguments_; }

  // Drops the arrays. Afterwards nobody may refer to their memory, which other requests will be
  // written into: a model that kept one of them would see it change. Throws ForeignException that
  // names the inputs of which views are left, also where Python's search for cycles finds them not
  // to be garbage.
  void release();

 private:
  [[nodiscard]] std::vector<std::string> kept() const;

  pybind11::dict arguments_;
  std::vector<std::pair<std::string, pybind11::object>> buffers_;
};

}  // namespace inferpool::runtimes
