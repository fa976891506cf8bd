// SPDX-License-Identifier: Apache-2.0
// Many pools are made and destroyed.
#include <malloc.h>
#include <sys/mman.h>

#include <iostream>
#include <thread>

#include "catch.hpp"
#include "integration/faulty_calls.hpp"
#include "memory_growth.hpp"
#include "skipped.hpp"

#ifdef __SANITIZE_ADDRESS__
extern "C" std::size_t
__sanitizer_get_current_allocated_bytes();  // not every compiler has the header
#endif

using namespace inferpool;
using namespace inferpool::test;

namespace {

// The bytes that this process has allocated and not freed. Resident memory says less, since a
// sanitizer keeps freed memory for a while.
std::size_t allocated() {
#ifdef __SANITIZE_ADDRESS__
  return ::__sanitizer_get_current_allocated_bytes();
#else
  const auto all = ::mallinfo2();
  return all.uordblks + all.hblkhd;
#endif
}

std::ptrdiff_t mappings() {
  std::ifstream file("/proc/self/maps");
  return std::count(std::istreambuf_iterator<char>(file), {}, '\n');
}

// The known case makes three mappings, so at least three lines in the kernel's list.
bench::Instrument more_mappings() {
  return {"mappings",
          [](const bench::Instrument::Code& code) {
            const std::ptrdiff_t before = mappings();
            code();
            return static_cast<double>(mappings() - before);
          },
          {[] {
             for (int i = 0; i < 3; ++i)
               ::mmap(nullptr, 4096, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
           },
           3, 6}};
}

// Every third pool answers an asynchronous call. For every tenth, nobody waits until it is ready.
void come_and_go(int number) {
  Settings settings = faulty_settings(1);
  settings.shared_memory_limit = 4 << 20;
  settings.start_in_background = number % 10 == 0;
  FaultyPool pool(settings);
  if (number % 10 != 0 && pool.infer(command(Deed::kAnswer, "", number)).number != number)
    throw std::runtime_error("another's answer");
  if (number % 3 == 0) pool.submit(command(Deed::kAnswer)).get();
}

}  // namespace

TEST_CASE(
    "pools made and destroyed by the hundred, some at once, leave no process, thread, descriptor, "
    "mapping or memory") {
  // Under AddressSanitizer a process takes ten times as long to start and to fork, but it finds the
  // leaks of a single pool anyway. The release build makes 1,000 pools.
#ifdef __SANITIZE_ADDRESS__
  constexpr int kAlone = 100;
  constexpr int kEach = 25;
#else
  constexpr int kAlone = 600;
  constexpr int kEach = 100;
#endif
  constexpr int kThreads = 4;
  const auto bytes = [] { return static_cast<double>(allocated()); };
  if (skipped_as_blind(memory_growth("allocated memory", bytes)) ||
      skipped_as_blind(more_mappings()))
    return;
  for (int i = 0; i < 20; ++i) come_and_go(i);  // fills what allocators and sanitizers keep
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) threads.emplace_back([] { come_and_go(3); });
  }
  const Footprint before;
  const auto memory = static_cast<std::ptrdiff_t>(allocated());
  const std::ptrdiff_t maps = mappings();
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < kAlone; ++i) come_and_go(i);
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([] {
        for (int i = 0; i < kEach; ++i) come_and_go(i);
      });
    }
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  CHECK(Footprint() == before);
  const auto more = static_cast<std::ptrdiff_t>(allocated()) - memory;
  const std::ptrdiff_t more_maps = mappings() - maps;
  std::cout << kAlone + kThreads * kEach << " pools: " << took.count() << " s, " << more
            << " bytes more, " << more_maps << " mappings more\n";
  CHECK(more < 64 * 1024);  // 64 bytes per pool
  CHECK(more_maps < 100);   // allows for an allocator's arenas; a pool has five or more
}
