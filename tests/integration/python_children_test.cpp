// SPDX-License-Identifier: Apache-2.0
// Processes and threads that a Python class starts can be ended, and end with their worker.
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>

#include <chrono>
#include <cstdint>
#include <string>

#include "core/file_descriptor.hpp"
#include "integration/eventually.hpp"
#include "integration/python_pool.hpp"

namespace inferpool::test {
namespace {

using std::chrono_literals::operator""s;

TEST_CASE("what a Python class starts, in whatever way, ends when it is asked to", "[W9]") {
  const PythonFile file(R"(
import multiprocessing, os, signal, subprocess, time
def status(pid): return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
def forked():
  pid = os.fork()
  if pid == 0:
    time.sleep(300)
    os._exit(0)
  os.kill(pid, signal.SIGTERM)
  return status(pid)
def spawned():
  pid = os.posix_spawn('/bin/sleep', ['sleep', '300'], os.environ)
  os.kill(pid, signal.SIGTERM)
  return status(pid)
def process(method):
  child = multiprocessing.get_context(method).Process(target=time.sleep, args=(300,))
  child.start()
  child.terminate()
  child.join()
  return child.exitcode
def popen(number):
  child = subprocess.Popen(['sleep', '300'])
  child.send_signal(number)
  return child.wait()
class Model:
  def predict(self):
    return {'terminated': popen(signal.SIGTERM), 'interrupted': popen(signal.SIGINT),
            'hung up': popen(signal.SIGHUP), 'os.fork': forked(), 'posix_spawn': spawned(),
            'os.system': os.waitstatus_to_exitcode(os.system('kill -TERM $$; sleep 300')),
            'fork': process('fork'), 'spawn': process('spawn'), 'forkserver': process('forkserver')}
)");
  Pool<> pool{file.settings()};
  const Response response = pool.infer({});
  for (const auto& [name, exit_code] : response.outputs) {
    CAPTURE(name);
    const std::int64_t number = name == "interrupted" ? SIGINT
                                : name == "hung up"   ? SIGHUP
                                                      : SIGTERM;
    CHECK(exit_code == Tensor::scalar(-number));
  }
  CHECK(response.outputs.size() == 9);
}

TEST_CASE("a program that a Python class starts ignores and blocks no signal", "[W9]") {
  const PythonFile file(R"(
import subprocess
class Model:
  def predict(self):
    return subprocess.check_output(['grep', '-E', '^Sig(Ign|Blk):', '/proc/self/status'])
)");
  Pool<> pool{file.settings()};
  CHECK(pool.infer({})["predict"].strings()[0] ==
        "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}

// Each call starts a program that holds a lock of a file as long as it runs, then hangs if it is
// asked to.
constexpr const char* kStarts = R"(
import fcntl, subprocess, time
class Model:
  def load(self):
    import pathlib
    self.lock = open(pathlib.Path(__file__).parent / 'lock', 'w')
    fcntl.flock(self.lock, fcntl.LOCK_SH)
  def predict(self, hang=None):
    subprocess.Popen(['sh', '-c', 'sleep 300 & wait'], pass_fds=[self.lock.fileno()])
    if hang is not None: time.sleep(300)
    return 0
)";

// Whether no process has the file's lock any more.
bool is_free(const std::string& file) {
  const core::FileDescriptor lock(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  return ::flock(lock.get(), LOCK_EX | LOCK_NB) == 0;
}

TEST_CASE("what a Python class has started is gone after close", "[W10]") {
  const PythonFile file(kStarts);
  {
    Pool<> pool{file.settings()};
    pool.infer({});
    CHECK_FALSE(is_free(file.folder() / "lock"));
  }
  CHECK(eventually([&] { return is_free(file.folder() / "lock"); }));
}

TEST_CASE("what a Python class has started is gone after its worker hung or was killed", "[W10]") {
  const PythonFile file(kStarts);
  const bool by_the_pool = GENERATE(true, false);
  CAPTURE(by_the_pool);
  Settings settings = file.settings();
  if (by_the_pool) settings.hang_timeout = 3s;  // enough for the first call, which starts programs
  settings.retry = Retry::kNever;
  Pool<> pool{settings};
  pool.infer({});
  const int pid = pool.stats().workers[0].pid;
  if (by_the_pool) {
    const Error error = call_error(pool, {{"hang", Tensor::scalar(true)}});
    CHECK(error.details().hung);
  } else {
    REQUIRE(::kill(pid, SIGKILL) == 0);
  }
  REQUIRE(eventually([&] { return pool.stats().workers[0].pid != pid; }));
  pool.close();
  CHECK(eventually([&] { return is_free(file.folder() / "lock"); }));
}

TEST_CASE("at its end a worker waits for threads and pools as Python does", "[W10]") {
  const PythonFile file(R"(
import atexit, concurrent.futures, multiprocessing, pathlib, threading, time
folder = pathlib.Path(__file__).parent
def write(name):
  with open(folder / 'log', 'a') as log: log.write(name + '\n')
ending = threading.Event()
def end():
  write('end of threads')
  ending.set()
def slowly(name):
  ending.wait()
  write(name)
class Model:
  def predict(self):
    threading.Thread(target=slowly, args=('thread',)).start()
    self.pool = concurrent.futures.ThreadPoolExecutor()
    self.pool.submit(slowly, 'pool')
    self.processes = concurrent.futures.ProcessPoolExecutor(1)
    self.processes.submit(write, 'process').result()
    threading._register_atexit(end)
    atexit.register(write, 'atexit')
    self.child = multiprocessing.get_context('fork').Process(target=time.sleep, args=(300,), daemon=True)
    self.child.start()
    return 0
  def unload(self): write('unload')
)");
  {
    Pool<> pool{file.settings()};
    pool.infer({});
  }
  const std::string log = read_file(file.folder() / "log");
  CHECK_THAT(log, contains("process\nunload\n") && contains("end of threads\n") &&
                      contains("thread\n") && contains("pool\n"));
  CHECK(log.ends_with("atexit\n"));
}

TEST_CASE("a forked process of a Python class has no run to answer", "[W9]") {
  const PythonFile file(R"(
import inferpool, os
class Model:
  def predict(self):
    pid = os.fork()
    if pid == 0:
      try: inferpool.output(1)
      except RuntimeError as error: os._exit(7 if 'there is no run' in str(error) else 1)
      os._exit(2)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
)");
  Pool<> pool{file.settings()};
  CHECK(pool.infer({})["predict"] == Tensor::scalar(std::int64_t{7}));
}

}  // namespace
}  // namespace inferpool::test
