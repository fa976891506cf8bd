// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace bench {

// Where figures come from: without it they say nothing.
struct Machine {
  std::string processor;
  int cores = 0;  // that this process may use
  double memory_gib = 0;
  std::string kernel;
  std::string compiler;
  std::string build_type;
};

// This machine, and the compiler and build type of this program.
[[nodiscard]] Machine this_machine();

// "Intel Xeon, 2 cores, 8 GiB, Linux 6.1; g++ 12.2.0, Release"
[[nodiscard]] std::string to_string(const Machine& machine);

// What is wrong with timing this build (no NDEBUG, no optimisation, a sanitizer), and which preset
// to use; empty where nothing is.
[[nodiscard]] std::string unfit_build();

}  // namespace bench
