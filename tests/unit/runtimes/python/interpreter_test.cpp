// SPDX-License-Identifier: Apache-2.0
#include "runtimes/python/interpreter.hpp"

#include <signal.h>

#include <inferpool/error.hpp>

#include "catch.hpp"
#include "integration/eventually.hpp"
#include "unit/runtimes/python/python_here.hpp"

// Python is never finalized, so what it still holds at exit is no leak of ours. What
// inferpool-python allocates by itself still is one.
extern "C" __attribute__((visibility("default"))) const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libpython3\n"; }

namespace inferpool::test {
namespace {

// The handler of a signal.
auto handler_of(int number) {
  struct sigaction action {};
  REQUIRE(sigaction(number, nullptr, &action) == 0);
  return action.sa_handler;
}

TEST_CASE("Python leaves the process's signals to the process") {
  const auto of_catch = ::signal(SIGINT, SIG_DFL);
  const PythonHere python;
  CHECK(handler_of(SIGINT) == SIG_DFL);
  CHECK(handler_of(SIGPIPE) == SIG_DFL);
  ::signal(SIGINT, of_catch);
}

TEST_CASE("a second environment in one process is refused") {
  runtimes::Interpreter::start("");
  CHECK_NOTHROW(runtimes::Interpreter::start(""));
  CHECK_THROWS_AS(runtimes::Interpreter::start("/env"), Error);
}

TEST_CASE("threads of Python run while nobody holds its lock") {
  const ScratchFolder folder;
  {
    const PythonHere python;
    pybind11::exec(
        "import threading, time\n"
        "def write():\n"
        "  time.sleep(0.05)\n"
        "  open(path, 'w').close()\n"
        "threading.Thread(target=write).start()",
        pybind11::dict(pybind11::arg("path") = folder / "written"));
  }
  CHECK(eventually([&] { return exists(folder / "written"); }));
}

TEST_CASE("no module is searched for in the working folder") {
  const PythonHere python;
  CHECK_FALSE(python.eval("'' in __import__('sys').path").cast<bool>());
}

}  // namespace
}  // namespace inferpool::test
