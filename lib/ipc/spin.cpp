// SPDX-License-Identifier: Apache-2.0
#include "ipc/spin.hpp"

#include <sched.h>
#include <unistd.h>

namespace inferpool::ipc {

std::atomic<int> SpinBudget::spinners_{0};

int usable_processors() noexcept {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) == 0) return std::max(1, CPU_COUNT(&set));
  // More than the set holds.
  return std::max(1, static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN)));
}

}  // namespace inferpool::ipc
