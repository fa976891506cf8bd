// SPDX-License-Identifier: Apache-2.0
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>
#include <memory>
#include <vector>

#include "catch.hpp"
#include "hot_path/allocations.hpp"
#include "hot_path/large_copies.hpp"
#include "hot_path/trapped.hpp"
#include "measure/timing.hpp"

namespace bench {
namespace {

TEST_CASE("allocations are counted, aligned ones, too") {
  struct alignas(128) Aligned {
    int value;
  };
  const std::uint64_t before = allocations();
  keep(std::make_unique<int>(1));
  keep(std::make_unique<Aligned>());
  CHECK(allocations() - before == 2);
}

TEST_CASE("a copy of a page is counted, a smaller one is not") {
  std::vector<char> from(kLargeCopy, 1);
  std::vector<char> to(kLargeCopy);
  volatile std::size_t size = kLargeCopy;  // else it becomes instructions
  const std::uint64_t before = large_copies();
  std::memcpy(to.data(), from.data(), size);
  std::memmove(to.data(), from.data(), size);
  CHECK(large_copies() - before == 2);
  size = kLargeCopy - 1;
  std::memcpy(to.data(), from.data(), size);
  CHECK(large_copies() - before == 2);
}

#if defined(__x86_64__)

TEST_CASE("a system call is noticed, and made") {
  const long parent = getppid();
  SystemCallTrap trap;
  trap.arm();
  CHECK_FALSE(trap.disarm());
  trap.arm();
  const long answer = syscall(SYS_getppid);
  const bool noticed = trap.disarm();
  CHECK(noticed);
  CHECK(answer == parent);
}

TEST_CASE("readings of the processor's counter are counted, and are right") {
  const std::uint64_t before = __builtin_ia32_rdtsc();
  std::uint64_t first = 0;
  std::uint64_t second = 0;
  std::uint64_t count = 0;
  {
    const CounterTrap trap;
    first = __builtin_ia32_rdtsc();
    unsigned processor = 0;
    second = __builtin_ia32_rdtscp(&processor);
    count = trap.readings();
  }
  CHECK(count == 2);
  CHECK(before < first);
  CHECK(first < second);
  CHECK(second < __builtin_ia32_rdtsc());
}

#endif

}  // namespace
}  // namespace bench
