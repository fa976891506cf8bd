// SPDX-License-Identifier: Apache-2.0
#include "mix/processor_time.hpp"

#include <ctime>

namespace bench {
namespace {

double seconds_of(clockid_t clock) {
  timespec time{};
  if (clock_gettime(clock, &time) != 0) return 0;
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

}  // namespace

double processor_seconds(std::span<const pid_t> others) {
  double sum = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
  for (const pid_t pid : others) {
    clockid_t clock = 0;
    if (clock_getcpuclockid(pid, &clock) == 0) sum += seconds_of(clock);
  }
  return sum;
}

}  // namespace bench
