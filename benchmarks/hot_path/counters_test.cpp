// SPDX-License-Identifier: Apache-2.0
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>
#include <memory>
#include <vector>

#include "catch.hpp"
#include "hot_path/allocations.hpp"
#include "hot_path/instruments.hpp"
#include "hot_path/large_copies.hpp"
#include "hot_path/trapped.hpp"
#include "measure/figure.hpp"
#include "measure/timing.hpp"
#include "skipped.hpp"
#include "unit/settings/scoped_variable.hpp"

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
  volatile std::size_t size = kLargeCopy;  // otherwise the compiler makes no call
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
  if (inferpool::test::skipped_as_blind(clock_readings_here())) return;
  const std::uint64_t before = __builtin_ia32_rdtsc();
  std::uint64_t first = 0;
  std::uint64_t second = 0;
  std::uint64_t count = 0;
  {
    const CounterTrap trap;
    REQUIRE(CounterTrap::armed());
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

TEST_CASE("readings of the processor's counter are trapped as far as the kernel knows") {
  CHECK_FALSE(CounterTrap::armed());
  {
    const CounterTrap trap;
    CHECK(CounterTrap::armed());
  }
  CHECK_FALSE(CounterTrap::armed());
}

#endif

TEST_CASE("each instrument of the hot path that sees nothing gives a figure that is not measured") {
  const inferpool::test::ScopedVariable blind(
      "INFERPOOL_BLIND",
      "system calls,clock readings,allocations,large copies,allocations in the worker");
  const std::vector<Instrument> all = {
      system_call_here(), clock_readings_here(), allocations_here(), large_copies_here(),
      count_elsewhere("allocations in the worker", allocations, allocate_and_copy)};
  for (const Instrument& instrument : all) {
    const Figure figure =
        measured({.what = "it", .target = 0}, instrument, [] { return std::vector<double>{0}; });
    CHECK_FALSE(figure.holds());
    CHECK_THAT(to_string(figure),
               inferpool::test::contains("it: not measured: " + instrument.name() + ": saw 0 in"));
  }
}

TEST_CASE("the known case of an allocation and of a large copy has one of each") {
  for (const Instrument& instrument : {allocations_here(), large_copies_here()}) {
    CHECK(instrument.blindness().empty());
    CHECK(instrument.measure([] {}) == 0);
  }
}

}  // namespace
}  // namespace bench
