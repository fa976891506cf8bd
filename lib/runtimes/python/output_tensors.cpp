// SPDX-License-Identifier: Apache-2.0
#include "runtimes/python/output_tensors.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <inferpool/error.hpp>

#include "runtimes/python/numpy_type.hpp"
#include "runtimes/python/tensor_buffer.hpp"
#include "runtimes/python/whole_array.hpp"

namespace inferpool::runtimes {
namespace {

namespace py = pybind11;

constexpr const char* kName = "predict";

[[noreturn]] void refuse_type(const std::string& text) {
  throw ForeignException("TypeError", text);
}

std::string type_name(const py::handle& value) {
  return py::str(py::type::handle_of(value).attr("__name__"));
}

using NamedValues = std::vector<std::pair<std::string, py::object>>;

NamedValues entries(const py::dict& result) {
  NamedValues values;
  for (const auto& [key, value] : result) {
    if (!py::isinstance<py::str>(key)) {
      refuse_type(
          fmt::format("predict returned a dict with a key that is {}; accepted: the names "
                      "of outputs, as str",
                      type_name(key)));
    }
    if (py::len(key) == 0) refuse_type("predict returned a dict with an empty key");
    values.emplace_back(key.cast<std::string>(), py::reinterpret_borrow<py::object>(value));
  }
  return values;
}

NamedValues named_values(const py::object& result) {
  if (result.is_none()) {
    refuse_type(
        "predict returned None; accepted: an array, a dict of arrays by name, a tuple of arrays");
  }
  if (py::isinstance<py::dict>(result)) return entries(result);
  if (!py::isinstance<py::tuple>(result)) return {{kName, result}};
  if (py::hasattr(result, "_asdict")) return entries(result.attr("_asdict")());  // a named tuple
  NamedValues values;
  for (const py::handle& value : result) {
    values.emplace_back(fmt::format("{}_{}", kName, values.size()),
                        py::reinterpret_borrow<py::object>(value));
  }
  return values;
}

Shape shape_of(const std::string& name, const py::object& array) {
  std::vector<std::int64_t> dimensions;
  for (const py::handle& dimension : array.attr("shape")) {
    dimensions.push_back(dimension.cast<std::int64_t>());
  }
  if (dimensions.size() > Shape::kMaxRank) {
    throw ForeignException("ValueError",
                           fmt::format("predict returned the output \"{}\" of {} dimensions; "
                                       "accepted: at most {}",
                                       name, dimensions.size(), Shape::kMaxRank));
  }
  return Shape(dimensions);
}

std::string_view text_of(const std::string& name, const py::handle& element) {
  Py_ssize_t size = 0;
  if (py::isinstance<py::str>(element)) {
    const char* const text = PyUnicode_AsUTF8AndSize(element.ptr(), &size);
    if (text == nullptr) throw py::error_already_set();
    return {text, static_cast<std::size_t>(size)};
  }
  if (py::isinstance<py::bytes>(element)) {
    char* text = nullptr;
    if (PyBytes_AsStringAndSize(element.ptr(), &text, &size) != 0) throw py::error_already_set();
    return {text, static_cast<std::size_t>(size)};
  }
  refuse_type(
      fmt::format("predict returned the output \"{}\" with an element that is {}; accepted: "
                  "numbers of one type and of up to 64 bits, str, bytes",
                  name, type_name(element)));
}

Tensor bytes_tensor(const std::string& name, const py::object& array, const Shape& shape) {
  const py::list elements = array.attr("ravel")().attr("tolist")();  // keeps their bytes
  std::vector<std::string_view> strings;
  strings.reserve(elements.size());
  for (const py::handle& element : elements) strings.push_back(text_of(name, element));
  return Tensor::from_strings(strings, shape);
}

Tensor copied(const py::object& array, Datatype datatype, const Shape& shape, Context& context) {
  const py::module_ numpy = py::module_::import("numpy");
  const py::object buffer =
      TensorBuffer::make(context.output(datatype, shape), TensorBuffer::Access::kWrite);
  if (datatype == Datatype::kBool) {
    // A bool view of other bytes may hold bytes other than 0 and 1.
    numpy.attr("not_equal")(array.attr("view")("uint8"), 0, py::arg("out") = array_over(buffer));
  } else {
    numpy.attr("copyto")(array_over(buffer), array, "equiv");
  }
  return buffer.cast<const TensorBuffer&>().tensor();
}

// An output in the making: a tensor, or all the bytes of a buffer that may become one.
struct Output {
  std::string name;
  Tensor tensor;
  py::object buffer;
  Shape shape;
};

// The buffer that inferpool.output made, if the array covers all of it in order. None for bool:
// its bytes may be other than 0 and 1, which only the copy corrects.
std::optional<py::object> whole_buffer(const py::object& array, Datatype datatype) {
  if (datatype == Datatype::kBool) return std::nullopt;
  py::object base = array;
  const py::object arrays = py::module_::import("numpy").attr("ndarray");
  while (py::isinstance(base, arrays)) base = base.attr("base");
  if (!py::isinstance<TensorBuffer>(base)) return std::nullopt;
  const auto& buffer = base.cast<const TensorBuffer&>();
  const std::span<const std::byte> bytes = buffer.tensor().bytes();
  if (buffer.access() != TensorBuffer::Access::kWrite || buffer.tensor().datatype() != datatype ||
      !array.attr("flags").attr("c_contiguous").cast<bool>() ||
      !array.attr("dtype").attr("isnative").cast<bool>() ||
      array.attr("nbytes").cast<std::size_t>() != bytes.size()) {
    return std::nullopt;
  }
  return base;
}

Output output_of(std::string name, const py::object& value, Context& context) {
  const py::object array = whole_array(name, value);
  const auto datatype = datatype_of_array(array.attr("dtype"));
  if (!datatype) {
    refuse_type(
        fmt::format("predict returned the output \"{}\" of the type {}; accepted: bool, "
                    "whole numbers and floats of up to 64 bits, str, bytes",
                    name, std::string(py::str(array.attr("dtype")))));
  }
  const Shape shape = shape_of(name, array);
  if (auto buffer = whole_buffer(array, *datatype)) {
    return {std::move(name), {}, std::move(*buffer), shape};
  }
  Tensor tensor = *datatype == Datatype::kBytes ? bytes_tensor(name, array, shape)
                                                : copied(array, *datatype, shape, context);
  return {std::move(name), std::move(tensor), {}, shape};
}

// Copies a buffer to which Python has other references: it might be written after it was sent.
Tensor taken(Output& output, Context& context) {
  if (!output.buffer) return std::move(output.tensor);
  Tensor tensor = output.buffer.cast<const TensorBuffer&>().tensor().reshaped(output.shape);
  if (output.buffer.ref_count() == 1) {
    output.buffer = {};
    return tensor;
  }
  tensor = output.buffer.cast<const TensorBuffer&>().tensor();
  return copied(array_over(output.buffer), tensor.datatype(), tensor.shape(), context)
      .reshaped(output.shape);
}

}  // namespace

Response to_response(py::object result, Context& context) {
  NamedValues values = named_values(result);
  std::vector<Output> outputs;
  for (auto& [name, value] : values) outputs.push_back(output_of(name, value, context));
  values.clear();
  result = {};
  Response response;
  for (Output& output : outputs) {
    response.outputs.add(output.name, taken(output, context));
  }
  return response;
}

}  // namespace inferpool::runtimes
