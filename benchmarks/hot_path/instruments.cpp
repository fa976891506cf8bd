// SPDX-License-Identifier: Apache-2.0
#include "hot_path/instruments.hpp"

#include <unistd.h>

#include <chrono>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "hot_path/allocations.hpp"
#include "hot_path/large_copies.hpp"
#include "hot_path/trapped.hpp"
#include "measure/timing.hpp"

namespace bench {

namespace {

double calls_seen(const Instrument::Code& code) {
  SystemCallTrap trap;
  trap.arm();
  code();
  return trap.disarm() ? 1 : 0;
}

double readings_seen(const Instrument::Code& code) {
  const CounterTrap trap;
  code();
  return static_cast<double>(trap.readings());
}

// Reads the counter itself, and the clock that uses it.
void read_both() {
#if defined(__x86_64__)
  keep(__builtin_ia32_rdtsc());
#endif
  keep(Clock::now());
}

}  // namespace

Instrument system_call_here() {
  return {"system calls", calls_seen, {[] { keep(getppid()); }, 1, 1}};
}

Instrument clock_readings_here() {
  return {"clock readings",
          readings_seen,
          {read_both, 2, 3}};  // a third if the kernel writes its page during the read
}

void allocate_and_copy() {
  static const std::vector<char> from(kLargeCopy, 1);
  static std::vector<char> to(kLargeCopy);
  volatile std::size_t size = kLargeCopy;  // else the compiler makes no call
  std::memcpy(to.data(), from.data(), size);
  keep(std::make_unique<int>(1));
}

Instrument count_elsewhere(std::string name, std::function<std::uint64_t()> count,
                           Instrument::Code known) {
  return {std::move(name),
          [count = std::move(count)](const Instrument::Code& code) {
            const std::uint64_t before = count();
            code();
            return static_cast<double>(count() - before);
          },
          {std::move(known), 1, 1}};
}

Instrument allocations_here() {
  allocate_and_copy();  // makes its buffers
  return count_elsewhere("allocations", allocations, allocate_and_copy);
}

Instrument large_copies_here() {
  return count_elsewhere("large copies", large_copies, allocate_and_copy);
}

}  // namespace bench
