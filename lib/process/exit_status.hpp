// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include <inferpool/error.hpp>

namespace inferpool::process {

// How long the kernel may take to report the end of a process after SIGKILL.
inline constexpr std::chrono::seconds kKillGrace{2};

// How a process ended, and what it used. All are empty if the host reaps its children elsewhere or
// ignores SIGCHLD.
struct ExitStatus {
  std::optional<int> signal = {};
  std::optional<int> code = {};
  std::optional<ResourceUsage> usage = {};
};

// "was killed by signal 9 (SIGKILL)", "exited with status 3", "ended (its status was taken by
// another part of the host)"
[[nodiscard]] std::string to_string(const ExitStatus& status);

}  // namespace inferpool::process
