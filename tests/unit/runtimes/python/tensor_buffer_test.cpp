// SPDX-License-Identifier: Apache-2.0
#include "runtimes/python/tensor_buffer.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include <inferpool/error.hpp>

#include "catch.hpp"
#include "unit/runtimes/python/python_here.hpp"

namespace inferpool::test {
namespace {

namespace py = pybind11;
using runtimes::array_over;
using runtimes::TensorBuffer;

TEST_CASE("an array over a buffer has the tensor's type and shape, and views its bytes") {
  const PythonHere python;
  const std::vector<float> values(6000, 2.5F);
  const py::object buffer =
      TensorBuffer::make(Tensor::borrow(values, {2, 3000}), TensorBuffer::Access::kRead);
  const py::object array = array_over(buffer);
  CHECK(py::str(array.attr("dtype")).cast<std::string>() == "float32");
  CHECK(py::str(array.attr("shape")).cast<std::string>() == "(2, 3000)");
  CHECK(array.attr("sum")().cast<double>() == 15'000);
  CHECK(address_of(array) == reinterpret_cast<std::uintptr_t>(values.data()));
}

TEST_CASE("a tensor that holds its bytes itself is viewed where it is in its buffer") {
  const PythonHere python;
  const py::object buffer = TensorBuffer::make(
      Tensor::from(std::array<std::int64_t, 3>{1, 2, 3}, {3}), TensorBuffer::Access::kRead);
  const Tensor& tensor = buffer.cast<const TensorBuffer&>().tensor();
  CHECK(address_of(array_over(buffer)) == reinterpret_cast<std::uintptr_t>(tensor.bytes().data()));
  CHECK(py::str(array_over(buffer)).cast<std::string>() == "[1 2 3]");
}

TEST_CASE("a buffer for reading cannot be written in Python, one for writing can") {
  const PythonHere python;
  const Tensor zeros(Datatype::kInt16, {100});
  const py::object read = TensorBuffer::make(zeros, TensorBuffer::Access::kRead);
  CHECK_THROWS_AS(array_over(read).attr("fill")(7), py::error_already_set);
  const py::object written =
      TensorBuffer::make(Tensor(Datatype::kInt16, {100}), TensorBuffer::Access::kWrite);
  array_over(written).attr("fill")(7);
  const Tensor& tensor = written.cast<const TensorBuffer&>().tensor();
  CHECK(tensor == Tensor::from(std::vector<std::int16_t>(100, 7), {100}));
  CHECK(written.cast<const TensorBuffer&>().access() == TensorBuffer::Access::kWrite);
}

TEST_CASE("each type that NumPy has can be written, and no other") {
  const PythonHere python;
  for (const Datatype datatype :
       {Datatype::kBool, Datatype::kUint8, Datatype::kUint16, Datatype::kUint32, Datatype::kUint64,
        Datatype::kInt8, Datatype::kInt16, Datatype::kInt32, Datatype::kInt64, Datatype::kFp16,
        Datatype::kFp32, Datatype::kFp64}) {
    CAPTURE(name(datatype));
    const py::object buffer =
        TensorBuffer::make(Tensor(datatype, {40}), TensorBuffer::Access::kWrite);
    CHECK(array_over(buffer).attr("nbytes").cast<std::size_t>() == 40 * element_size(datatype));
    array_over(buffer).attr("fill")(1);
  }
  CHECK_THROWS_AS(TensorBuffer(Tensor(Datatype::kBf16, {40}), TensorBuffer::Access::kWrite), Error);
}

TEST_CASE("an array keeps the tensor whose bytes it views") {
  const PythonHere python;
  const Tensor tensor(Datatype::kFp64, {1000});
  const auto references = [&] { return detail::TensorAccess::storage(tensor)->references(); };
  const auto before = references();
  py::object array = array_over(TensorBuffer::make(tensor, TensorBuffer::Access::kRead));
  py::object part = array.attr("reshape")(10, 100).attr("T");
  array = py::none();
  CHECK(references() == before + 1);
  part = py::none();
  CHECK(references() == before);
}

TEST_CASE("a tensor of no elements is an array of none") {
  const PythonHere python;
  const py::object buffer =
      TensorBuffer::make(Tensor(Datatype::kFp32, {0, 3}), TensorBuffer::Access::kRead);
  CHECK(py::str(array_over(buffer).attr("shape")).cast<std::string>() == "(0, 3)");
}

}  // namespace
}  // namespace inferpool::test
