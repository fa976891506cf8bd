// SPDX-License-Identifier: Apache-2.0
#include "measure/cores.hpp"

#include <cerrno>
#include <string>
#include <system_error>

namespace bench {

namespace {

cpu_set_t affinity() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0)
    throw std::system_error(errno, std::generic_category(), "sched_getaffinity");
  return set;
}

}  // namespace

std::vector<int> usable_cores() {
  const cpu_set_t set = affinity();
  std::vector<int> cores;
  for (int core = 0; core < CPU_SETSIZE; ++core)
    if (CPU_ISSET(static_cast<unsigned>(core), &set)) cores.push_back(core);
  return cores;
}

Pinned::Pinned(int core) : before_(affinity()) { pin_this_thread(core); }

Pinned::~Pinned() { sched_setaffinity(0, sizeof before_, &before_); }

void pin_this_thread(int core) { pin(0, core); }

void pin(pid_t id, int core) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<unsigned>(core), &set);
  if (sched_setaffinity(id, sizeof set, &set) != 0)
    throw std::system_error(errno, std::generic_category(),
                            "cannot run on core " + std::to_string(core));
}

}  // namespace bench
