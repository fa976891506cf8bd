// SPDX-License-Identifier: Apache-2.0
#include "runtimes/python/whole_array.hpp"

#include <string>

#include <inferpool/error.hpp>

#include "catch.hpp"
#include "unit/runtimes/python/python_here.hpp"

namespace inferpool::test {
namespace {

namespace py = pybind11;

// Classes that give NumPy their numbers, as those of well-known libraries do, but hold more.
constexpr const char* kClasses = R"(
import numpy
class Labelled:
  index = ['a', 'b']
  def __array__(self, dtype=None, copy=None): return numpy.array([1.0, 2.0])
class Table(Labelled):
  columns = ['x', 'y']
class Axes:
  coords = {'x': [1, 2]}
  def __array__(self, dtype=None, copy=None): return numpy.array([1.0, 2.0])
class Quantity(numpy.ndarray):
  unit = 'm'
class Annotated(numpy.ndarray): pass
class Sparse:
  def tocoo(self): return self
class Plain:
  def __array__(self, dtype=None, copy=None): return numpy.array([1.0, 2.0])
masked = numpy.ma.masked_less(numpy.arange(4.0), 2)
whole = numpy.ma.masked_less(numpy.arange(4.0), -1)
)";

struct Values {
  PythonHere python;
  py::dict names;
  Values() { py::exec(kClasses, names); }

  // What becomes of an expression: the array's text, or why it is refused.
  std::string of(const std::string& expression) {
    try {
      return py::repr(runtimes::whole_array("y", py::eval(expression, names)));
    } catch (const ForeignException& error) {
      return error.type() + ": " + error.what();
    }
  }
};

TEST_CASE("masked elements are refused, and never what lies under the mask", "[W8]") {
  Values values;
  for (const char* const masked :
       {"masked", "[masked, masked]", "[numpy.arange(4), [masked]][1]"}) {
    CAPTURE(masked);
    CHECK_THAT(values.of(masked), contains("ValueError") && contains("output \"y\"") &&
                                      contains(".filled(value)") &&
                                      contains("MaskedArray of which 2 elements are masked"));
  }
  CHECK_THAT(values.of("numpy.ma.masked"), contains("of which 1 elements are masked"));
  CHECK_THAT(values.of("[1.0, numpy.ma.masked]"), contains("of which 1 elements are masked"));
  CHECK(values.of("whole") == "array([0., 1., 2., 3.])");
}

TEST_CASE("labels and units are refused, with what to return instead", "[W8]") {
  Values values;
  CHECK_THAT(values.of("Labelled()"), contains("TypeError") && contains("Labelled") &&
                                          contains("the labels of its rows (.index)") &&
                                          contains(".to_numpy()"));
  CHECK_THAT(values.of("Table()"), contains("the names of its columns (.columns)") &&
                                       contains("a dict of arrays by name"));
  CHECK_THAT(values.of("Axes()"), contains("the labels of its axes (.coords)"));
  CHECK_THAT(values.of("[Labelled(), Labelled()]"), contains("the labels of its rows"));
  CHECK_THAT(values.of("numpy.arange(2).view(Quantity)"), contains("a unit (.unit)"));
  CHECK_THAT(values.of("numpy.arange(2).view(Annotated)"),
             contains("may have more than its numbers") && contains("numpy.asarray(...)"));
  CHECK_THAT(values.of("Sparse()"), contains("which is sparse") && contains(".toarray()"));
}

TEST_CASE("whole numbers that NumPy would round are refused", "[W8]") {
  Values values;
  for (const char* const rounded : {"[2**53 + 1, 0.5]", "[2**64 - 1, -1]",
                                    "[[numpy.array([2**60 + 1])], [numpy.array([0.5])]]"}) {
    CAPTURE(rounded);
    CHECK_THAT(values.of(rounded),
               contains("ValueError") && contains("rounds whole numbers to floats"));
  }
  CHECK(values.of("[2**53, 0.5, float('nan')]").starts_with("array("));
  CHECK(values.of("[1e300, float('inf'), float('nan')]").starts_with("array("));
  CHECK_THAT(values.of("[2**63, 2**63 + 1]"), contains("uint64"));
}

TEST_CASE("what has nothing but its numbers or texts is an array of them", "[W8]") {
  Values values;
  CHECK(values.of("Plain()") == "array([1., 2.])");
  CHECK(values.of("numpy.matrix([[1.0, 2.0]])") == "array([[1., 2.]])");
  CHECK(values.of("[True, False]") == "array([ True, False])");
  CHECK(values.of("bytearray(b'ab')") == "array([97, 98], dtype=uint8)");
  CHECK(values.of("range(2)") == "array([0, 1])");
  CHECK(values.of("(1.5, 2)") == "array([1.5, 2. ])");
  CHECK(values.of("['a\\0', b'b\\0']") == "array(['a\\x00', b'b\\x00'], dtype=object)");
  CHECK(values.of("numpy.float32(1)") == "array(1., dtype=float32)");
}

TEST_CASE("lists without an end are refused", "[W8]") {
  Values values;
  py::exec("endless = []\nendless.append(endless)", values.names);
  CHECK_THAT(values.of("endless"), contains("ValueError") && contains("lists in each other"));
}

}  // namespace
}  // namespace inferpool::test
