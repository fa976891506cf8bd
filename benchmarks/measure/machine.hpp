// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace bench {

// The machine that figures come from; without it they mean nothing.
struct Machine {
  std::string processor;
  int cores = 0;  // usable for this process
  double memory_gib = 0;
  std::string kernel;
  std::string compiler;
  std::string build_type;
};

// This machine, and the compiler and build type of this program.
[[nodiscard]] Machine this_machine();

// "Intel Xeon, 2 cores, 8 GiB, Linux 6.1; g++ 12.2.0, Release"
[[nodiscard]] std::string to_string(const Machine& machine);

// Why this build must not be timed (no NDEBUG, no optimisation, a sanitizer), and which preset to
// use; empty if it may be.
[[nodiscard]] std::string unfit_build();

}  // namespace bench
