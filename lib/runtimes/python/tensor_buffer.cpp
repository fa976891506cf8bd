// SPDX-License-Identifier: Apache-2.0
#include "runtimes/python/tensor_buffer.hpp"

#include <cstdint>
#include <memory>
#include <utility>

#include "runtimes/python/numpy_type.hpp"

namespace inferpool::runtimes {
namespace {

namespace py = pybind11;

template <Element T>
std::byte* writable_bytes(Tensor& tensor) {
  return std::as_writable_bytes(tensor.mutable_values<T>()).data();
}

std::byte* writable_bytes(Tensor& tensor) {
  switch (tensor.datatype()) {
    case Datatype::kBool:
      return writable_bytes<bool>(tensor);
    case Datatype::kUint8:
      return writable_bytes<std::uint8_t>(tensor);
    case Datatype::kUint16:
      return writable_bytes<std::uint16_t>(tensor);
    case Datatype::kUint32:
      return writable_bytes<std::uint32_t>(tensor);
    case Datatype::kUint64:
      return writable_bytes<std::uint64_t>(tensor);
    case Datatype::kInt8:
      return writable_bytes<std::int8_t>(tensor);
    case Datatype::kInt16:
      return writable_bytes<std::int16_t>(tensor);
    case Datatype::kInt32:
      return writable_bytes<std::int32_t>(tensor);
    case Datatype::kInt64:
      return writable_bytes<std::int64_t>(tensor);
    case Datatype::kFp16:
      return writable_bytes<Float16>(tensor);
    case Datatype::kFp32:
      return writable_bytes<float>(tensor);
    default:
      return writable_bytes<double>(tensor);  // throws for all others, which NumPy lacks
  }
}

}  // namespace

// The bytes may be inside the tensor object, so data_ is taken after the tensor has moved.
TensorBuffer::TensorBuffer(Tensor tensor, Access access)
    : tensor_(std::move(tensor)),
      access_(access),
      data_(access == Access::kWrite ? writable_bytes(tensor_)
                                     : const_cast<std::byte*>(tensor_.bytes().data())) {}

py::object TensorBuffer::make(Tensor tensor, Access access) {
  return py::cast(std::make_unique<TensorBuffer>(std::move(tensor), access));
}

py::buffer_info TensorBuffer::info() const {
  static std::byte none{};  // Python wants an address even for no bytes
  const auto size = static_cast<py::ssize_t>(tensor_.bytes().size());
  return {size == 0 ? &none : data_, 1, "B", 1, {size}, {1}, access_ == Access::kRead};
}

void TensorBuffer::define(py::module_& module) {
  py::class_<TensorBuffer>(module, "Buffer", py::buffer_protocol(), py::module_local())
      .def_buffer([](const TensorBuffer& buffer) { return buffer.info(); });
}

py::object array_over(const py::object& buffer) {
  const Tensor& tensor = buffer.cast<const TensorBuffer&>().tensor();
  const auto dimensions = tensor.shape().dimensions();
  py::tuple shape(dimensions.size());
  for (std::size_t axis = 0; axis < dimensions.size(); ++axis) shape[axis] = dimensions[axis];
  return py::module_::import("numpy").attr("ndarray")(shape, numpy_type(tensor.datatype()), buffer);
}

}  // namespace inferpool::runtimes
