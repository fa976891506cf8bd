// SPDX-License-Identifier: Apache-2.0
// More callers and workers than processors. The tests count how often threads sleep, however long
// that takes on a busy machine.
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

#include <inferpool/pool.hpp>

#include "catch.hpp"
#include "skipped.hpp"
#include "workers/echo.hpp"

namespace inferpool::test {
namespace {

using namespace std::chrono_literals;

// How often this thread went to sleep so far. A yield is no sleep.
std::uint64_t sleeps_here() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  return static_cast<std::uint64_t>(usage.ru_nvcsw);
}

std::uint64_t sleeps_of_main_thread(int pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string word; status >> word;) {
    std::uint64_t count = 0;
    if (word == "voluntary_ctxt_switches:" && status >> count) return count;
  }
  return 0;
}

std::uint64_t sleeps_of_workers(const Pool<Echo>& pool) {
  std::uint64_t total = 0;
  for (const WorkerStats& worker : pool.stats().workers) total += sleeps_of_main_thread(worker.pid);
  return total;
}

bool sees_sleeps() {
  return !skipped_as_blind({"sleeps of a caller",
                            [](const auto& code) {
                              const std::uint64_t before = sleeps_here();
                              code();
                              return static_cast<double>(sleeps_here() - before);
                            },
                            {[] {
                               std::binary_semaphore never(0);
                               for (int i = 0; i < 5; ++i)
                                 static_cast<void>(never.try_acquire_for(1ms));
                             },
                             5, 50}});
}

struct Sleeps {
  double callers = 0;  // per call
  double workers = 0;
};

// `callers` threads make this many calls each.
Sleeps ask(Pool<Echo>& pool, int callers, int calls) {
  std::atomic<std::uint64_t> slept{0};
  const std::uint64_t before = sleeps_of_workers(pool);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < callers; ++i) {
      threads.emplace_back([&] {
        const std::uint64_t at_first = sleeps_here();
        for (int call = 0; call < calls; ++call)
          static_cast<void>(pool.infer(Tensor::scalar(1.0F)));
        slept += sleeps_here() - at_first;
      });
    }
  }
  const double all = static_cast<double>(callers) * calls;
  return {static_cast<double>(slept) / all,
          static_cast<double>(sleeps_of_workers(pool) - before) / all};
}

TEST_CASE(
    "Where runs are quick, callers and workers seldom sleep, however many share a processor") {
  if (!sees_sleeps()) return;
  const int callers = GENERATE(2, 4, 8);
  const int workers = GENERATE(1, 4);
  Settings settings;
  settings.worker = "echo_worker";
  settings.workers = workers;
  Pool<Echo> pool(settings);
  ask(pool, callers, 200);  // learns how long runs take
  // Another process may keep a thread off its processor for longer than the others yield.
  Sleeps sleeps;
  for (int i = 0; i < 20; ++i) {
    sleeps = ask(pool, callers, 1000);
    if (sleeps.callers <= 0.1 && sleeps.workers <= 0.1) break;
  }
  CHECK(sleeps.callers <= 0.1);  // without yields: 0.7
  CHECK(sleeps.workers <= 0.1);
}

}  // namespace
}  // namespace inferpool::test
