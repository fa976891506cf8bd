// SPDX-License-Identifier: Apache-2.0
#include "ipc_overhead/program_peer.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace bench {

namespace {

constexpr int kPatience = 20'000;      // milliseconds
constexpr int kPatienceToEnd = 5'000;  // milliseconds

// Uses only functions that are allowed after a fork of a process with threads.
[[noreturn]] void run(char* const* arguments, int in, int out) {
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  dup2(in, STDIN_FILENO);
  dup2(out, STDOUT_FILENO);
  execvp(arguments[0], arguments);
  _exit(127);
}

}  // namespace

ProgramPeer::ProgramPeer(std::string name, bool blocks, std::size_t limit,
                         const std::vector<std::string>& command)
    : name_(std::move(name)), blocks_(blocks), limit_(limit) {
  start(command);
  try {
    if (const std::string line = read_line(); line != "ready")
      throw std::runtime_error(name_ + " said '" + line + "' instead of 'ready'");
  } catch (...) {
    end();
    throw;
  }
}

ProgramPeer::~ProgramPeer() { end(); }

void ProgramPeer::start(const std::vector<std::string>& command) {
  std::vector<char*> arguments;
  for (const std::string& argument : command)
    arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  std::array<int, 2> there{};
  std::array<int, 2> back{};
  if (pipe2(there.data(), O_CLOEXEC) != 0 || pipe2(back.data(), O_CLOEXEC) != 0)
    throw std::system_error(errno, std::generic_category(), "pipe2");
  pid_ = fork();
  if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (pid_ == 0) run(arguments.data(), there[0], back[1]);
  close(there[0]);
  close(back[1]);
  requests_ = fdopen(there[1], "w");
  answers_ = fdopen(back[0], "r");
}

void ProgramPeer::end() noexcept {
  std::fclose(requests_);
  std::fclose(answers_);
  for (int i = 0; i < kPatienceToEnd / 10; ++i) {
    if (waitpid(pid_, nullptr, WNOHANG) != 0) return;
    usleep(10'000);
  }
  kill(pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

std::string ProgramPeer::read_line() {
  // The stream has no buffered line: each line answers one of ours.
  pollfd answer{.fd = fileno(answers_), .events = POLLIN, .revents = 0};
  if (poll(&answer, 1, kPatience) == 0)
    throw std::runtime_error("no answer within " + std::to_string(kPatience / 1000) + " s");
  char* text = nullptr;
  std::size_t capacity = 0;
  const ssize_t length = getline(&text, &capacity, answers_);
  std::string line = length > 0 ? std::string(text, static_cast<std::size_t>(length)) : "";
  std::free(text);
  if (line.empty()) throw std::runtime_error("the peer ended");
  line.pop_back();
  return line;
}

void ProgramPeer::work(std::size_t bytes, Nanoseconds slice, Samples& samples) {
  std::fprintf(requests_, "%zu %lld\n", bytes, static_cast<long long>(slice.count()));
  std::fflush(requests_);
  std::istringstream line(read_line());
  for (double value = 0; line >> value;) samples.add(value);
}

}  // namespace bench
