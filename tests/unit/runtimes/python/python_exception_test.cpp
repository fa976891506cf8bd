// SPDX-License-Identifier: Apache-2.0
#include "runtimes/python/python_exception.hpp"

#include "catch.hpp"
#include "unit/runtimes/python/python_here.hpp"

namespace inferpool::test {
namespace {

ForeignException raised(const PythonHere&, const std::string& statements) {
  try {
    runtimes::run_python([&] { pybind11::exec(statements, pybind11::dict()); });
  } catch (const ForeignException& error) {
    return error;
  }
  FAIL("nothing was raised");
  throw std::logic_error("not reached");
}

TEST_CASE("a Python exception has its type, its text and its traceback") {
  const PythonHere python;
  const ForeignException error = raised(python, "def f():\n  raise ValueError('no apples')\nf()");
  CHECK(error.type() == "ValueError");
  CHECK(std::string(error.what()).starts_with("no apples\nTraceback (most recent call last):\n"));
  CHECK_THAT(error.what(), contains("in f\n") && contains("ValueError: no apples"));
}

TEST_CASE("the type of a Python exception has the name of its module, but for Python's own") {
  const PythonHere python;
  CHECK(raised(python, "import json; json.loads('{')").type() == "json.decoder.JSONDecodeError");
  CHECK(raised(python, "import sys; sys.exit(3)").type() == "SystemExit");
}

TEST_CASE("the cause of a Python exception is in its traceback") {
  const PythonHere python;
  const ForeignException error =
      raised(python, "try:\n  {}['a']\nexcept KeyError as e:\n  raise RuntimeError('x') from e");
  CHECK_THAT(error.what(), contains("KeyError: 'a'") && contains("direct cause"));
}

TEST_CASE("the end of a long traceback is kept") {
  const PythonHere python;
  const ForeignException error =
      raised(python,
             "def f(n):\n  if n == 0: raise ValueError('x' * 13000 + 'end')\n  g(n)\n"
             "def g(n): f(n - 1)\nf(3)");
  CHECK_THAT(error.what(), contains("xend\n...\nx") && contains("xxend"));
}

TEST_CASE("an exception that cannot be written as text is reported all the same") {
  const PythonHere python;
  const ForeignException mute = raised(python,
                                       "class Mute(Exception):\n"
                                       "  def __str__(self): raise TypeError\n"
                                       "raise Mute");
  CHECK_THAT(mute.what(), contains("its text cannot be had"));
  CHECK_THAT(raised(python, R"(raise ValueError('\udcff'))").what(), contains("udcff"));
}

}  // namespace
}  // namespace inferpool::test
