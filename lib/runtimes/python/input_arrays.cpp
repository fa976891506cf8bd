// SPDX-License-Identifier: Apache-2.0
#include "runtimes/python/input_arrays.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <inferpool/error.hpp>

#include "runtimes/python/numpy_type.hpp"
#include "runtimes/python/tensor_buffer.hpp"

namespace inferpool::runtimes {
namespace {

namespace py = pybind11;

py::object array_of_bytes(const Tensor& tensor) {
  const auto strings = tensor.strings();
  py::list elements(strings.size());
  for (std::size_t i = 0; i < strings.size(); ++i) {
    elements[i] = py::bytes(strings[i].data(), strings[i].size());
  }
  py::list shape;
  for (const std::int64_t dimension : tensor.shape().dimensions()) shape.append(dimension);
  const py::module_ numpy = py::module_::import("numpy");
  py::object flat = numpy.attr("empty")(strings.size(), "O");
  flat[py::slice(0, static_cast<py::ssize_t>(strings.size()), 1)] = elements;
  py::object array = flat.attr("reshape")(py::tuple(shape));
  array.attr("setflags")(py::arg("write") = false);
  return array;
}

}  // namespace

InputArrays::InputArrays(const TensorList& inputs) {
  for (const auto& [name, tensor] : inputs) {
    if (tensor.datatype() == Datatype::kBytes) {
      arguments_[py::str(name)] = array_of_bytes(tensor);
      continue;
    }
    if (numpy_type(tensor.datatype()) == nullptr) {
      throw Error(ErrorCode::kInvalidArgument,
                  fmt::format("input \"{}\" is {}, which NumPy does not have; accepted: all other "
                              "datatypes, FP32 for one",
                              name, inferpool::name(tensor.datatype())));
    }
    py::object buffer = TensorBuffer::make(tensor, TensorBuffer::Access::kRead);
    arguments_[py::str(name)] = array_over(buffer);
    buffers_.emplace_back(name, std::move(buffer));
  }
}

void InputArrays::release() {
  arguments_ = {};
  // Cycles that a run leaves are young, so a quick search of the young generation mostly suffices.
  for (int generation = 0; generation < 3 && !kept().empty(); ++generation) {
    py::module_::import("gc").attr("collect")(generation);
  }
  const std::vector<std::string> names = kept();
  buffers_.clear();
  if (names.empty()) return;
  throw ForeignException(
      "BufferError",
      fmt::format("predict kept a view of the input \"{}\" after it returned, when its memory "
                  "belongs to another request; keep a copy of it: numpy.array(...), or .copy()",
                  fmt::join(names, "\", \"")));
}

std::vector<std::string> InputArrays::kept() const {
  std::vector<std::string> names;
  for (const auto& [name, buffer] : buffers_) {
    if (buffer.ref_count() > 1) names.push_back(name);
  }
  return names;
}

}  // namespace inferpool::runtimes
