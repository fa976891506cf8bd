// SPDX-License-Identifier: Apache-2.0
#include "throughput/python_pool.hpp"

#include <fmt/format.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>

extern char** environ;

namespace bench {

namespace {

pid_t spawn_python(const std::string& workers, int socket) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, socket, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, socket, STDOUT_FILENO);
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
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    throw std::system_error(errno, std::generic_category(), "socketpair");
  pid_ = spawn_python(std::to_string(workers), ends[1]);
  close(ends[1]);
  socket_ = ends[0];
  answers_ = fdopen(socket_, "r");
}

PythonPool::~PythonPool() {
  std::fclose(answers_);  // which ends the program
  waitpid(pid_, nullptr, 0);
}

double PythonPool::run(int tasks, double seconds, bool all_at_once) {
  const std::string command =
      fmt::format("{} {} {}\n", all_at_once ? "all" : "rounds", tasks, seconds);
  double took = 0;
  if (send(socket_, command.data(), command.size(), MSG_NOSIGNAL) < 0 ||
      std::fscanf(answers_, "%lf", &took) != 1)
    throw std::runtime_error("Python's multiprocessing.Pool ended unexpectedly");
  return took;
}

}  // namespace bench
