// SPDX-License-Identifier: Apache-2.0
#include "runtimes/python/python_errors.hpp"

#include "catch.hpp"
#include "unit/runtimes/python/python_here.hpp"

namespace inferpool::test {
namespace {

namespace py = pybind11;

// "<code>: <text>" of the Error that the raised exception stands for; "none" if there is none.
std::string error_of(const PythonHere&, const std::string& statements) {
  try {
    py::dict names;
    names["inferpool"] = py::module_::import("inferpool");
    py::exec(statements, names);
  } catch (const py::error_already_set& exception) {
    const std::optional<Error> error = runtimes::error_of(exception);
    return error ? error->what() : "none";
  }
  return "nothing was raised";
}

TEST_CASE("an exception of the module is the error of its name, with its text") {
  const PythonHere python;
  CHECK(error_of(python, "raise inferpool.InvalidArgument('no such word')") ==
        "invalid_argument: no such word");
  CHECK(error_of(python, "raise inferpool.PayloadTooLarge('10 GiB')") ==
        "payload_too_large: 10 GiB");
  CHECK(error_of(python, "raise inferpool.OutOfMemory('all of it')") == "out_of_memory: all of it");
}

TEST_CASE("an exception without a text has the name of its class for one") {
  const PythonHere python;
  CHECK(error_of(python, "raise inferpool.InvalidArgument") ==
        "invalid_argument: inferpool.InvalidArgument");
  CHECK(error_of(python,
                 "class NoSuchWord(inferpool.InvalidArgument): __module__ = 'words'\n"
                 "raise NoSuchWord()") == "invalid_argument: words.NoSuchWord");
}

TEST_CASE("a text that is not UTF-8 arrives with escapes, and one that cannot be read says so") {
  const PythonHere python;
  CHECK(error_of(python, "raise inferpool.InvalidArgument('no file \\udcff')") ==
        "invalid_argument: no file \\udcff");
  CHECK_THAT(error_of(python,
                      "class Mute(inferpool.InvalidArgument):\n"
                      "  def __str__(self): raise ValueError\n"
                      "raise Mute('a')"),
             contains("its text cannot be had"));
}

TEST_CASE("a class that is derived from an exception of the module stands for the same error") {
  const PythonHere python;
  CHECK(error_of(python,
                 "class NoSuchWord(inferpool.InvalidArgument): pass\n"
                 "raise NoSuchWord('xyzzy')") == "invalid_argument: xyzzy");
}

TEST_CASE("an exception of Python's own stands for no error") {
  const PythonHere python;
  CHECK(error_of(python, "raise ValueError('a value')") == "none");
  CHECK(error_of(python, "raise MemoryError()") == "none");
}

TEST_CASE(
    "a payload that is too large is an exception of that name in Python, and a wrong call a "
    "ValueError") {
  const PythonHere python;
  py::dict names;
  names["inferpool"] = py::module_::import("inferpool");
  names["refuse"] =
      py::cpp_function([] { throw Error(ErrorCode::kPayloadTooLarge, "5 bytes; accepted: 4"); });
  names["misuse"] =
      py::cpp_function([] { throw Error(ErrorCode::kInvalidArgument, "a negative dimension"); });
  names["stop"] = py::cpp_function([] { throw Error(ErrorCode::kStopped, "closed"); });
  py::exec(
      "try: refuse()\n"
      "except ValueError as error: seen = (type(error) is inferpool.PayloadTooLarge, str(error))\n"
      "try: misuse()\n"
      "except ValueError as error: own = (type(error) is ValueError, str(error))\n"
      "try: stop()\n"
      "except RuntimeError as error: other = str(error)\n",
      names);
  CHECK(names["seen"].cast<std::pair<bool, std::string>>() ==
        std::pair(true, std::string("5 bytes; accepted: 4")));
  CHECK(names["own"].cast<std::pair<bool, std::string>>() ==
        std::pair(true, std::string("a negative dimension")));
  CHECK(names["other"].cast<std::string>() == "stopped: closed");
}

}  // namespace
}  // namespace inferpool::test
