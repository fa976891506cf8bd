// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include <cstddef>

#include <inferpool/tensor.hpp>

namespace inferpool::runtimes {

// A tensor's bytes for Python, by its buffer protocol. Every array that views them refers to this
// object, which keeps the tensor alive. All members require the interpreter's lock held.
class TensorBuffer {
 public:
  enum class Access { kRead, kWrite };

  // For kWrite the tensor must have a type that NumPy has, and no other reference.
  TensorBuffer(Tensor tensor, Access access);
  TensorBuffer(const TensorBuffer&) = delete;
  TensorBuffer& operator=(const TensorBuffer&) = delete;

  // Makes a Python object of this type.
  [[nodiscard]] static pybind11::object make(Tensor tensor, Access access);

  [[nodiscard]] const Tensor& tensor() const noexcept { return tensor_; }
  [[nodiscard]] Access access() const noexcept { return access_; }

  // Adds the type to the module; call it once.
  static void define(pybind11::module_& module);

 private:
  [[nodiscard]] pybind11::buffer_info info() const;

  Tensor tensor_;
  Access access_;
  std::byte* data_;
};

// A new array of the tensor's datatype and shape over a TensorBuffer.
[[nodiscard]] pybind11::object array_over(const pybind11::object& buffer);

}  // namespace inferpool::runtimes
