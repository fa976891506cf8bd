// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sched.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "process/child.hpp"

namespace inferpool::process {

// What a child is made of. All of it is prepared before the fork.
struct Program {
  std::string executable;                // absolute path; no shell, no search; also argv[0]
  std::vector<std::string> arguments;    // after argv[0]
  std::vector<std::string> environment;  // all of it, "NAME=value"
  std::string image = {};                // what is executed in its place, where not empty
  int folder = -1;                       // its working folder; -1: the host's at the time
  std::optional<mode_t> file_mask = {};  // umask; none: likewise
  int kept = -1;  // the one descriptor beyond 0, 1 and 2 that the child has, under the same number
  int output = -1;                        // becomes its stdout and stderr; its stdin is /dev/null
  std::vector<int> ignored_signals = {};  // from its first instruction on
  std::optional<cpu_set_t> affinity = {};
  std::vector<std::pair<int, std::uint64_t>> rlimits = {};  // RLIMIT_x, soft and hard
};

// Starts the child in a process group of its own, with all signals unblocked and, but for
// ignored_signals, at their defaults. It can gain no rights by executing a set-user-id program or
// one with capabilities, nor can its descendants. It is killed when the calling thread ends, which
// must therefore live as long as the child may. Where the executable cannot be run, the error
// number (one int) is written to `kept` and the child exits. Throws std::runtime_error naming the
// system call where no process could be made. The only function of the library that uses
// Boost.Process.
[[nodiscard]] Child spawn(const Program& program);

}  // namespace inferpool::process
