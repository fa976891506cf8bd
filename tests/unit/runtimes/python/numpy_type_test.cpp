// SPDX-License-Identifier: Apache-2.0
#include "runtimes/python/numpy_type.hpp"

#include <string>

#include "catch.hpp"
#include "unit/runtimes/python/python_here.hpp"

namespace inferpool::test {
namespace {

using runtimes::datatype_of_array;
using runtimes::numpy_type;

constexpr Datatype kShared[] = {Datatype::kBool,   Datatype::kUint8,  Datatype::kUint16,
                                Datatype::kUint32, Datatype::kUint64, Datatype::kInt8,
                                Datatype::kInt16,  Datatype::kInt32,  Datatype::kInt64,
                                Datatype::kFp16,   Datatype::kFp32,   Datatype::kFp64};

TEST_CASE("a datatype that NumPy has is the type of that name, with elements as large") {
  const PythonHere python;
  for (const Datatype datatype : kShared) {
    CAPTURE(name(datatype));
    REQUIRE(numpy_type(datatype) != nullptr);
    const auto dtype = python.eval("numpy.dtype('" + std::string(numpy_type(datatype)) + "')");
    CHECK(dtype.attr("itemsize").cast<std::size_t>() == element_size(datatype));
    CHECK(datatype_of_array(dtype) == datatype);
  }
}

TEST_CASE("BF16 and BYTES are no types of NumPy's") {
  CHECK(numpy_type(Datatype::kBf16) == nullptr);
  CHECK(numpy_type(Datatype::kBytes) == nullptr);
}

TEST_CASE("the order of an array's bytes does not change its datatype") {
  const PythonHere python;
  CHECK(datatype_of_array(python.eval("numpy.dtype('>i4')")) == Datatype::kInt32);
  CHECK(datatype_of_array(python.eval("numpy.dtype('>f8')")) == Datatype::kFp64);
}

TEST_CASE("text of any kind and objects are BYTES") {
  const PythonHere python;
  for (const char* const type : {"'U5'", "'S5'", "object", "str", "bytes"}) {
    CAPTURE(type);
    CHECK(datatype_of_array(python.eval(std::string("numpy.dtype(") + type + ")")) ==
          Datatype::kBytes);
  }
}

TEST_CASE("elements that no datatype has have none") {
  const PythonHere python;
  for (const char* const type :
       {"'c8'", "'c16'", "'M8[s]'", "'m8[s]'", "'V4'", "'f4,i4'", "'longdouble'"}) {
    CAPTURE(type);
    CHECK_FALSE(datatype_of_array(python.eval(std::string("numpy.dtype(") + type + ")")));
  }
}

}  // namespace
}  // namespace inferpool::test
