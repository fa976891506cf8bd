// SPDX-License-Identifier: Apache-2.0
// How a worker that hosts a Python class starts, ends and fails.
#include <signal.h>

#include <array>
#include <chrono>

#include "integration/eventually.hpp"
#include "integration/python_pool.hpp"

namespace inferpool::test {
namespace {

using std::chrono_literals::operator""s;

constexpr const char* kEcho = R"(
class Model:
  def predict(self, **arrays): return arrays
)";

TEST_CASE("at its end a worker unloads its class and calls Python's functions of atexit") {
  const PythonFile file(R"(
import atexit, pathlib
folder = pathlib.Path(__file__).parent
class Model:
  def load(self): atexit.register(lambda: (folder / 'exited').touch())
  def predict(self): return 0
  def unload(self): (folder / 'unloaded').touch()
)");
  { const Pool<> pool{file.settings()}; }
  CHECK(exists(file.folder() / "unloaded"));
  CHECK(exists(file.folder() / "exited"));
}

TEST_CASE("an unload that raises does not keep a worker from its end") {
  const PythonFile file(
      "class Model:\n  def predict(self): return 0\n  def unload(self): raise KeyError('u')\n");
  Lines lines;
  Settings settings = file.settings();
  lines.capture(settings);
  { const Pool<> pool{settings}; }
  CHECK(lines.has("KeyError: 'u'"));
}

TEST_CASE("after an inferpool-python was killed its successor answers") {
  const PythonFile file(kEcho);
  Pool<> pool{file.settings()};
  check_successors(pool, {{"x", Tensor::scalar(1.0F)}}, "x");
}

TEST_CASE("signals to everybody do not interrupt a class") {
  const PythonFile file(kEcho);
  Pool<> pool{file.settings()};
  const int pid = pool.stats().workers[0].pid;
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) REQUIRE(::kill(pid, number) == 0);
  CHECK(pool.infer({{"x", Tensor::scalar(1.0F)}})["x"] == Tensor::scalar(1.0F));
  CHECK(pool.stats().workers[0].pid == pid);
}

TEST_CASE("a class that hangs is reported with its Python stack") {
  const PythonFile file(R"(
import time
class Model:
  def predict(self): self.wait_for_ever()
  def wait_for_ever(self):
    while True: time.sleep(0.01)
)");
  Settings settings = file.settings();
  settings.hang_timeout = 2s;
  Pool<> pool{settings};
  const Error error = call_error(pool, {});
  CHECK(error.code() == ErrorCode::kWorkerLost);
  CHECK(error.details().hung);
  CHECK_THAT(error.details().stderr_tail, contains("models.py\", line 6 in wait_for_ever"));
}

TEST_CASE("a file that is not Python is reported with what Python says about it") {
  const PythonFile file("class Model:\n  def predict(self x): return 0\n");
  const Error error = start_error(file.settings());
  CHECK(error.code() == ErrorCode::kStartupFailed);
  CHECK(error.details().exception_type == "SyntaxError");
  CHECK_THAT(error.what(), contains("models.py\", line 2") && contains("def predict(self x)"));
}

TEST_CASE("a load that raises, and one that exits, are reported") {
  const PythonFile raising(
      "class Model:\n  def load(self): open('/no/such/weights')\n"
      "  def predict(self): pass\n");
  const Error raised = start_error(raising.settings());
  CHECK(raised.code() == ErrorCode::kStartupFailed);
  CHECK(raised.details().exception_type == "FileNotFoundError");
  CHECK_THAT(raised.what(), contains("/no/such/weights") && contains("in load"));
  const PythonFile exiting("import os\nprint('leaving')\nos._exit(3)\n");
  const Error exited = start_error(exiting.settings());
  CHECK(exited.details().exit_status == 3);
  CHECK_THAT(exited.details().stderr_tail, contains("leaving"));
}

TEST_CASE("several serving threads of one Python are refused, as it runs one at a time") {
  const PythonFile file(kEcho);
  Settings settings = file.settings();
  settings.concurrency = 2;
  CHECK_THAT(start_error(settings).what(), contains("concurrency is 2"));
}

TEST_CASE("a sandboxed class computes and reads, but writes no file and starts no process") {
  const PythonFile file(R"(
import subprocess
import numpy
def attempt(deed):
  try: deed()
  except OSError as error: return type(error).__name__
  return 'done'
class Model:
  def predict(self, x):
    return {'y': numpy.linalg.inv(x), 'read': attempt(lambda: open(__file__)),
            'write': attempt(lambda: open(__file__ + '.new', 'w')),
            'start': attempt(lambda: subprocess.run(['true']))}
)");
  Settings settings = file.settings();
  settings.sandbox = true;
  Pool<> pool{settings};
  const Response response =
      pool.infer({{"x", Tensor::from(std::array<double, 4>{2, 0, 0, 4}, {2, 2})}});
  CHECK(response["y"] == Tensor::from(std::array<double, 4>{0.5, 0, 0, 0.25}, {2, 2}));
  CHECK(response["read"].strings()[0] == "done");
  CHECK(response["write"].strings()[0] == "PermissionError");
  CHECK(response["start"].strings()[0] == "PermissionError");
}

}  // namespace
}  // namespace inferpool::test
