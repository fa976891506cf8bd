// SPDX-License-Identifier: Apache-2.0
#include "throughput/python_pool.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <system_error>

extern char** environ;

namespace bench {

namespace {

struct Pipe {
  Pipe() {
    if (pipe2(ends.data(), O_CLOEXEC) != 0)
      throw std::system_error(errno, std::generic_category(), "pipe");
  }
  std::array<int, 2> ends{};  // to read from, to write to
};

pid_t spawn_python(const std::string& workers, int input, int output) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  std::array<std::string, 3> words{BENCH_PYTHON, BENCH_PYTHON_POOL, workers};
  std::array<char*, 4> arguments{words[0].data(), words[1].data(), words[2].data(), nullptr};
  pid_t pid = 0;
  const int error = posix_spawn(&pid, BENCH_PYTHON, &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::system_error(error, std::generic_category(), BENCH_PYTHON);
  return pid;
}

}  // namespace

bool PythonPool::available() { return *BENCH_PYTHON != '\0'; }

PythonPool::PythonPool(int workers) {
  const Pipe input, output;
  pid_ = spawn_python(std::to_string(workers), input.ends[0], output.ends[1]);
  close(input.ends[0]);
  close(output.ends[1]);
  to_ = fdopen(input.ends[1], "w");
  from_ = fdopen(output.ends[0], "r");
}

PythonPool::~PythonPool() {
  std::fclose(to_);  // upon which it ends
  std::fclose(from_);
  waitpid(pid_, nullptr, 0);
}

double PythonPool::run(int tasks, double seconds, bool all_at_once) {
  const std::string command =
      fmt::format("{} {} {}\n", all_at_once ? "all" : "rounds", tasks, seconds);
  double took = 0;
  if (std::fputs(command.c_str(), to_) < 0 || std::fflush(to_) != 0 ||
      std::fscanf(from_, "%lf", &took) != 1)
    throw std::runtime_error("Python's multiprocessing.Pool ended unexpectedly");
  return took;
}

}  // namespace bench
