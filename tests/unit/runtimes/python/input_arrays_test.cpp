// SPDX-License-Identifier: Apache-2.0
#include "runtimes/python/input_arrays.hpp"

#include <array>
#include <cstdint>
#include <numeric>

#include <inferpool/error.hpp>

#include "catch.hpp"
#include "unit/runtimes/python/python_here.hpp"

namespace inferpool::test {
namespace {

namespace py = pybind11;
using runtimes::InputArrays;

TensorList one(Tensor tensor) {
  TensorList list;
  list.add("x", std::move(tensor));
  return list;
}

std::vector<float> counted(std::size_t size) {
  std::vector<float> values(size);
  std::iota(values.begin(), values.end(), 0.0F);
  return values;
}

std::string text_of(const py::object& value) { return py::str(value); }

TEST_CASE("an input is an array that views the tensor's bytes and cannot be written") {
  const PythonHere python;
  const std::vector<float> values = counted(6000);
  const Tensor tensor = Tensor::borrow(values, {2, 3000});
  InputArrays arrays(one(tensor));
  {
    const py::object array = arrays.arguments()["x"];
    CHECK(text_of(array.attr("dtype")) == "float32");
    CHECK(text_of(array.attr("shape")) == "(2, 3000)");
    CHECK(address_of(array) == reinterpret_cast<std::uintptr_t>(values.data()));
    CHECK_THROWS_AS(array.attr("fill")(1), py::error_already_set);
    CHECK_THROWS_AS(array.attr("setflags")(py::arg("write") = true), py::error_already_set);
  }
  CHECK_NOTHROW(arrays.release());
}

TEST_CASE("scalars, small tensors and those of no elements are arrays, too") {
  const PythonHere python;
  InputArrays scalar(one(Tensor::scalar(std::int64_t{7})));
  CHECK(text_of(scalar.arguments()["x"]) == "7");
  InputArrays empty(one(Tensor(Datatype::kFp64, {0, 3})));
  CHECK(text_of(py::object(empty.arguments()["x"]).attr("shape")) == "(0, 3)");
  InputArrays no_strings(one(Tensor(Datatype::kBytes, {2, 0})));
  CHECK(text_of(py::object(no_strings.arguments()["x"]).attr("shape")) == "(2, 0)");
}

TEST_CASE("BYTES are an array of bytes objects") {
  const PythonHere python;
  constexpr std::array<std::string_view, 4> kTexts{"a", "", std::string_view("\0\xff", 2), "b"};
  InputArrays arrays(one(Tensor::from_strings(kTexts, {2, 2})));
  CHECK(text_of(py::object(arrays.arguments()["x"]).attr("tolist")()) ==
        R"([[b'a', b''], [b'\x00\xff', b'b']])");
}

TEST_CASE("BF16 is refused, as NumPy does not have it") {
  const PythonHere python;
  try {
    const InputArrays arrays(one(Tensor(Datatype::kBf16, {2})));
    FAIL("it was accepted");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::kInvalidArgument);
    CHECK_THAT(error.what(), contains("input \"x\" is BF16, which NumPy does not have"));
  }
}

TEST_CASE("a view of an input that is kept is noticed, however it was made") {
  const PythonHere python;
  const std::vector<float> values = counted(100);
  for (const char* const keep :
       {"lambda x: x", "lambda x: x[3:][::2].T", "lambda x: memoryview(x)", "lambda x: (x,)",
        "lambda x: x.reshape(10, 10)[0]", "lambda x: lambda: x"}) {
    CAPTURE(keep);
    InputArrays arrays(one(Tensor::borrow(values, {100})));
    const py::object kept = python.eval(keep)(**arrays.arguments());
    CHECK_THROWS_AS(arrays.release(), ForeignException);
  }
  InputArrays arrays(one(Tensor::borrow(values, {100})));
  const py::object copy = python.eval("lambda x: (x.copy(), x.sum(), x + 1)")(**arrays.arguments());
  CHECK_NOTHROW(arrays.release());
}

TEST_CASE("a view that only garbage in a cycle refers to is not kept") {
  const PythonHere python;
  const std::vector<float> values = counted(100);
  py::module_::import("gc").attr("disable")();
  InputArrays arrays(one(Tensor::borrow(values, {100})));
  python.eval("lambda x: (lambda cycle: cycle.append((cycle, x)))([])")(**arrays.arguments());
  CHECK_NOTHROW(arrays.release());
  py::module_::import("gc").attr("enable")();
}

}  // namespace
}  // namespace inferpool::test
