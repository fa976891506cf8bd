// SPDX-License-Identifier: Apache-2.0
#include "mix/other_load.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>

namespace bench {
namespace {

// Of all processors, with the time that the hypervisor took.
double idle_seconds() {
  std::ifstream file("/proc/stat");
  std::string name;
  double user = 0, nice = 0, system = 0, idle = 0, waiting = 0, irq = 0, softirq = 0, stolen = 0;
  file >> name >> user >> nice >> system >> idle >> waiting >> irq >> softirq >> stolen;
  return (idle + waiting + stolen) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

double own_seconds() {
  double sum = 0;
  for (const auto who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage used{};
    if (getrusage(who, &used) == 0) sum += seconds(used.ru_utime) + seconds(used.ru_stime);
  }
  return sum;
}

}  // namespace

OtherLoad::OtherLoad() : begin_(Clock::now()), idle_(idle_seconds()), own_(own_seconds()) {}

double OtherLoad::percent() const {
  const double all =
      nanoseconds(Clock::now() - begin_) / 1e9 * static_cast<double>(sysconf(_SC_NPROCESSORS_ONLN));
  const double known = idle_seconds() - idle_ + own_seconds() - own_;
  return all > 0 ? std::max(0.0, 100 * (1 - known / all)) : 0;
}

}  // namespace bench
