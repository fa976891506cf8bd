// SPDX-License-Identifier: Apache-2.0
#include "footprint/process_memory.hpp"

#include <unistd.h>

#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "measure/timing.hpp"

namespace bench {

ProcessMemory memory_of(pid_t pid) {
  const std::string path = "/proc/" + std::to_string(pid) + "/smaps_rollup";
  std::ifstream file(path);
  ProcessMemory memory;
  std::string line;
  std::getline(file, line);  // skips the range of addresses
  std::string name;
  double kibibytes = 0;
  for (; file >> name >> kibibytes; std::getline(file, line)) {
    if (name == "Pss:") memory.all = kibibytes;
    if (name == "Pss_Anon:") memory.anonymous = kibibytes;
    if (name == "Pss_File:") memory.files = kibibytes;
    if (name == "Pss_Shmem:") memory.shared = kibibytes;
  }
  if (memory.all == 0) throw std::runtime_error("cannot read Pss from " + path);
  return memory;
}

Instrument growth_in_memory() {
  constexpr std::size_t kKnown = 8 << 20;
  const auto kept = std::make_shared<std::vector<char>>();
  return {"memory (Pss)",
          [](const Instrument::Code& code) {
            const double before = memory_of(getpid()).all;
            code();
            return memory_of(getpid()).all - before;
          },
          {[kept] {
             kept->assign(kKnown, 1);
             keep(*kept);
           },
           0.9 * kKnown / 1024, 1.5 * kKnown / 1024}};
}

ProcessMemory operator+(const ProcessMemory& a, const ProcessMemory& b) {
  return {a.all + b.all, a.anonymous + b.anonymous, a.files + b.files, a.shared + b.shared};
}

ProcessMemory operator-(const ProcessMemory& a, const ProcessMemory& b) {
  return {a.all - b.all, a.anonymous - b.anonymous, a.files - b.files, a.shared - b.shared};
}

ProcessMemory operator/(const ProcessMemory& a, double divisor) {
  return {a.all / divisor, a.anonymous / divisor, a.files / divisor, a.shared / divisor};
}

}  // namespace bench
