// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

extern char** environ;

namespace inferpool::test {

// A running host_program (hosts/host_program.cpp), or another program beside it, in its own process
// group. Killed at the end.
class HostProgram {
 public:
  HostProgram(const std::string& mode, const std::string& folder,
              const std::string& name = "host_program") {
    std::array<int, 2> out{};
    std::array<int, 2> err{};
    if (::pipe2(out.data(), O_CLOEXEC) != 0 || ::pipe2(err.data(), O_CLOEXEC) != 0)
      throw std::runtime_error("pipe2");
    out_ = out[0];
    err_ = err[0];
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    ::posix_spawn_file_actions_adddup2(&actions, err[1], 2);
    ::posix_spawnattr_init(&attributes);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    std::string program = std::filesystem::read_symlink("/proc/self/exe").parent_path() / name;
    std::string first = mode;
    std::string second = folder;
    const std::array<char*, 4> arguments{program.data(), first.data(), second.data(), nullptr};
    const int error =
        ::posix_spawn(&pid_, program.c_str(), &actions, &attributes, arguments.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
    ::close(out[1]);
    ::close(err[1]);
    if (error != 0) throw std::runtime_error("posix_spawn of " + program + " failed");
  }
  HostProgram(const HostProgram&) = delete;
  HostProgram& operator=(const HostProgram&) = delete;
  ~HostProgram() {
    if (!ended_) {
      ::kill(pid_, SIGKILL);
      wait();
    }
    ::close(out_);
    ::close(err_);
  }

  [[nodiscard]] int pid() const { return pid_; }

  // The numbers in the next line, which must start with `word`.
  std::vector<int> numbers_after(const std::string& word) {
    std::istringstream in(line());
    std::string first;
    in >> first;
    if (first != word)
      throw std::runtime_error("host_program printed \"" + in.str() + "\"; stderr: " + rest(err_));
    std::vector<int> numbers;
    for (std::string token; in >> token;) {
      if (token.find_first_not_of("0123456789") == std::string::npos)
        numbers.push_back(std::stoi(token));
    }
    return numbers;
  }

  // The next line that it prints. Waits at most 60 s.
  std::string line() {
    std::string text;
    for (char c = 0;;) {
      pollfd ready{out_, POLLIN, 0};
      if (::poll(&ready, 1, 60'000) != 1 || ::read(out_, &c, 1) != 1 || c == '\n') return text;
      text += c;
    }
  }

  std::string rest_of_stdout() { return rest(out_); }
  std::string rest_of_stderr() { return rest(err_); }

  // Its wait status, once it has ended.
  int wait() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    ended_ = true;
    return status;
  }

 private:
  static std::string rest(int fd) {
    std::string text;
    std::array<char, 4096> buffer;
    for (;;) {
      pollfd ready{fd, POLLIN, 0};
      if (::poll(&ready, 1, 10'000) != 1) return text;
      const auto size = ::read(fd, buffer.data(), buffer.size());
      if (size <= 0) return text;
      text.append(buffer.data(), static_cast<std::size_t>(size));
    }
  }

  pid_t pid_ = 0;
  int out_ = -1;
  int err_ = -1;
  bool ended_ = false;
};

}  // namespace inferpool::test
