// SPDX-License-Identifier: Apache-2.0
#include "runtimes/python/inferpool_module.hpp"

#include <cstdint>
#include <string>
#include <utility>

#include "catch.hpp"
#include "unit/runtimes/python/python_here.hpp"

namespace inferpool::test {
namespace {

namespace py = pybind11;
using runtimes::CurrentRun;

// A run of a request, as long as it lives.
struct Run {
  explicit Run(Parameters parameters = {}) { request.parameters = std::move(parameters); }

  Request request;
  HeapContext context;
  CurrentRun current{request, context};
};

// What Python raises where it evaluates this.
std::string raised_by(const PythonHere& python, const std::string& expression) {
  try {
    static_cast<void>(python.eval(expression));
  } catch (const py::error_already_set& error) {
    return error.what();
  }
  return "nothing";
}

TEST_CASE("an array of inferpool.output lies in the memory from which outputs are sent") {
  const PythonHere python;
  const Run run;
  const py::object array = python.eval("inferpool.output((3, 40), 'f8')");
  REQUIRE(run.context.places().size() == 1);
  CHECK(address_of(array) == reinterpret_cast<std::uintptr_t>(run.context.places()[0]));
  CHECK(py::str(array.attr("shape")).cast<std::string>() == "(3, 40)");
}

TEST_CASE("inferpool.output takes a size or a shape of any kind, and is of float32 unless told") {
  const PythonHere python;
  const Run run;
  const auto made = [&](const std::string& arguments) {
    const py::object array = python.eval("inferpool.output(" + arguments + ")");
    return py::str(array.attr("shape")).cast<std::string>() + " " +
           py::str(array.attr("dtype")).cast<std::string>();
  };
  CHECK(made("3") == "(3,) float32");
  CHECK(made("[3, 40]") == "(3, 40) float32");
  CHECK(made("()") == "() float32");
  CHECK(made("numpy.array([2, 5]), bool") == "(2, 5) bool");
  CHECK(made("numpy.int64(7), dtype='u1'") == "(7,) uint8");
  CHECK(made("numpy.array(7)") == "(7,) float32");
  CHECK(made("iter([2, 5])") == "(2, 5) float32");
}

TEST_CASE("inferpool.output takes no size that is not a whole number") {
  const PythonHere python;
  const Run run;
  CHECK_THAT(raised_by(python, "inferpool.output([2.7, 3])"),
             contains("TypeError: inferpool.output: the shape has a size that is float"));
  CHECK_THAT(raised_by(python, "inferpool.output(2.7)"), contains("TypeError"));
  CHECK_THAT(raised_by(python, "inferpool.output(None)"), contains("TypeError"));
  CHECK_THAT(raised_by(python, "inferpool.output(2**70)"), contains("Error: "));
  CHECK(run.context.places().empty());
}

TEST_CASE("inferpool.output wants a run, and a type of fixed width") {
  const PythonHere python;
  CHECK_THAT(raised_by(python, "inferpool.output(3)"),
             contains("RuntimeError: inferpool: there is no run of predict on this thread"));
  const Run run;
  for (const char* const type : {"object", "str", "'c8'", "'M8[s]'"}) {
    CHECK_THAT(raised_by(python, std::string("inferpool.output(3, ") + type + ")"),
               contains("TypeError: inferpool.output: there is no array of "));
  }
  CHECK_THAT(raised_by(python, "inferpool.output(-1)"), contains("ValueError"));
}

TEST_CASE("a request's parameters are a dict of Python's own values") {
  const PythonHere python;
  const Run run({{"a", true}, {"b", std::int64_t{1}}, {"c", 0.5}, {"d", std::string("x")}});
  CHECK(python.eval("inferpool.parameters() == {'a': True, 'b': 1, 'c': 0.5, 'd': 'x'}")
            .cast<bool>());
  CHECK(python
            .eval("[type(v).__name__ for v in inferpool.parameters().values()] == "
                  "['bool', 'int', 'float', 'str']")
            .cast<bool>());
}

TEST_CASE("a class learns during its run whether anybody still waits") {
  const PythonHere python;
  Run run;
  CHECK_FALSE(python.eval("inferpool.cancelled()").cast<bool>());
  run.context.cancel();
  CHECK(python.eval("inferpool.cancelled()").cast<bool>());
}

TEST_CASE("after a run there is none, and on other threads there never was") {
  const PythonHere python;
  { const Run run; }
  for (const char* const call : {"inferpool.cancelled()", "inferpool.parameters()"}) {
    CHECK_THAT(raised_by(python, call), contains("there is no run of predict on this thread"));
  }
  const Run run;
  py::dict names;
  names["inferpool"] = py::module_::import("inferpool");
  py::exec(R"(
import threading
def ask():
  global told
  try: told = str(inferpool.cancelled())
  except RuntimeError as error: told = str(error)
thread = threading.Thread(target=ask)
thread.start()
thread.join()
)",
           names);
  CHECK(names["told"].cast<std::string>() ==
        "inferpool: there is no run of predict on this thread");
}

TEST_CASE("the module is made once, however many classes want it") {
  const PythonHere python;
  const py::object before = python.eval("inferpool.output");
  runtimes::define_inferpool_module();
  CHECK(python.eval("inferpool.output").is(before));
}

}  // namespace
}  // namespace inferpool::test
