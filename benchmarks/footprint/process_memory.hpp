// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include "measure/instrument.hpp"

namespace bench {

// The memory of a process in KiB. Each page counts divided by the number of processes that share it
// (Pss).
struct ProcessMemory {
  double all = 0;
  double anonymous = 0;  // heap, stacks, data
  double files = 0;      // code
  double shared = 0;     // shared memory
};

// The memory of a living process of this user. Throws std::runtime_error.
[[nodiscard]] ProcessMemory memory_of(pid_t pid);

// The growth of this process while code runs, in KiB.
[[nodiscard]] Instrument growth_in_memory();

[[nodiscard]] ProcessMemory operator+(const ProcessMemory& a, const ProcessMemory& b);
[[nodiscard]] ProcessMemory operator-(const ProcessMemory& a, const ProcessMemory& b);
[[nodiscard]] ProcessMemory operator/(const ProcessMemory& a, double divisor);

}  // namespace bench
