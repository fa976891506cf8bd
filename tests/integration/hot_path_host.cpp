// SPDX-License-Identifier: Apache-2.0
// A host that asks for one float again and again. hot_path_test.cpp counts its system calls. The
// host marks the beginning and the end of every attempt with a system call that nothing else makes.
// It prints the worker's process id, then for each attempt
//   <microseconds per round trip> <allocations per round trip>
// The first attempt has no round trip but a known case: three system calls and one allocation.
// The argument says how long a wait spins: `default`, or `longest`, which the settings allow.
#include <sched.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string_view>

#include <inferpool/pool.hpp>

#include "hot_path/allocations.hpp"
#include "hot_path/instruments.hpp"
#include "workers/echo.hpp"

namespace {

using namespace std::chrono_literals;

constexpr int kRoundTrips = 1000;
constexpr int kAttempts = 100;

// Gives this thread and the worker one processor each. Otherwise the scheduler may run both on one.
void separate(pid_t worker) {
  cpu_set_t usable;
  if (sched_getaffinity(0, sizeof(usable), &usable) != 0) return;
  pid_t next = 0;  // this thread
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(cpu, &usable)) continue;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    if (sched_setaffinity(next, sizeof(one), &one) != 0 || next == worker) return;
    next = worker;
  }
}

bool right(const inferpool::Tensor& output, float sent) {
  return output.values<float>()[0] == sent;
}

void attempt(inferpool::Pool<inferpool::test::Echo>& pool) {
  const auto start = std::chrono::steady_clock::now();
  const std::uint64_t before = bench::allocations();
  bool all_right = true;
  static_cast<void>(getppid());
  for (int i = 0; i < kRoundTrips; ++i) {
    const auto value = static_cast<float>(i);
    all_right = right(pool.infer(inferpool::Tensor::scalar(value)), value) && all_right;
  }
  static_cast<void>(getppid());
  const std::uint64_t made = bench::allocations() - before;
  const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - start;
  if (!all_right) std::exit(1);
  std::printf("%.3f %.3f\n", took.count() / kRoundTrips, static_cast<double>(made) / kRoundTrips);
}

// A counter that works must see this.
void known_case() {
  bench::allocate_and_copy();  // makes its buffers
  const std::uint64_t before = bench::allocations();
  static_cast<void>(getppid());
  for (int i = 0; i < 3; ++i) static_cast<void>(syscall(SYS_getuid));
  bench::allocate_and_copy();
  static_cast<void>(getppid());
  std::printf("%.3f %.3f\n", 0.0, static_cast<double>(bench::allocations() - before));
}

}  // namespace

int main(int argc, char** argv) try {
  inferpool::Settings settings;
  settings.worker = "echo_worker";
  settings.workers = 1;
  settings.shared_memory_limit = 16 << 20;
  if (argc > 1 && argv[1] == std::string_view("longest")) settings.spin = 10ms;
  inferpool::Pool<inferpool::test::Echo> pool(settings);
  const pid_t worker = pool.stats().workers.at(0).pid;
  std::printf("%d\n", worker);
  known_case();
  separate(worker);
  for (int i = 0; i < kRoundTrips; ++i)
    static_cast<void>(pool.infer(inferpool::Tensor::scalar(1.0F)));
  for (int i = 0; i < kAttempts; ++i) attempt(pool);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
