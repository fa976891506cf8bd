// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "integration/scratch_folder.hpp"

extern char** environ;

namespace inferpool::test {

// A program that has ended: what it printed, and its exit status (-1: a signal ended it).
struct ToolRun {
  std::string out = {};
  std::string err = {};
  int status = -1;

  // `arguments` without the program's name. `redirect` may change its descriptors further, at last.
  ToolRun(const std::string& program, const std::vector<std::string>& arguments,
          const std::function<void(posix_spawn_file_actions_t*)>& redirect = {}) {
    const ScratchFolder folder;
    const std::string out_file = folder / "out";
    const std::string err_file = folder / "err";
    std::vector<std::string> words{program};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);

    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    constexpr int kFlags = O_WRONLY | O_CREAT;
    ::posix_spawn_file_actions_addopen(&actions, 1, out_file.c_str(), kFlags, 0600);
    ::posix_spawn_file_actions_addopen(&actions, 2, err_file.c_str(), kFlags, 0600);
    if (redirect) redirect(&actions);
    pid_t pid = 0;
    const int error = ::posix_spawn(&pid, program.c_str(), &actions, nullptr, argv.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    if (error != 0) throw std::runtime_error("posix_spawn of " + program + " failed");
    int wait_status = 0;
    ::waitpid(pid, &wait_status, 0);
    if (WIFEXITED(wait_status)) status = WEXITSTATUS(wait_status);
    out = read_file(out_file);
    err = read_file(err_file);
  }
};

}  // namespace inferpool::test
