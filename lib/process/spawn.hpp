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
  std::string image = {};                // if not empty, executed instead of `executable`
  int folder = -1;                       // its working folder; -1: the host's at the time
  std::optional<mode_t> file_mask = {};  // umask; none: the host's
  int kept = -1;  // the one descriptor beyond 0, 1 and 2 that the child has, under the same number
  int output = -1;                        // becomes its stdout and stderr; its stdin is /dev/null
  std::vector<int> ignored_signals = {};  // from its first instruction on
  std::optional<cpu_set_t> affinity = {};
  std::vector<std::pair<int, std::uint64_t>> rlimits = {};  // RLIMIT_x, soft and hard
};

// Starts the child in a process group of its own. All signals are unblocked and, except
// ignored_signals, at their defaults. Neither the child nor its descendants can gain rights by
// executing a set-user-id program or one with capabilities. The child is killed when the calling
// thread ends, so that thread must live as long as the child may. If the executable cannot be run,
// the child writes the error number (one int) to `kept` and exits. Throws std::runtime_error, which
// names the system call, if no process could be made. No other function of the library uses
// Boost.Process.
[[nodiscard]] Child spawn(const Program& program);

}  // namespace inferpool::process
