// SPDX-License-Identifier: Apache-2.0
// A pool sleeps while it has no calls. The tests count how often its threads were scheduled: a loop
// of short sleeps or of polls multiplies this count, however busy the machine is.

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <semaphore>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include "catch.hpp"
#include "integration/actor_calls.hpp"
#include "integration/processes.hpp"
#include "skipped.hpp"

namespace inferpool::test {
namespace {

// How often the threads of a process went to sleep so far, except `but`.
std::uint64_t sleeps(int pid, const std::set<int>& but = {}) {
  std::uint64_t total = 0;
  for (const auto& task :
       std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task")) {
    if (but.contains(std::stoi(task.path().filename()))) continue;
    std::ifstream status(task.path() / "status");
    for (std::string word; status >> word;) {
      std::uint64_t count = 0;
      if (word == "voluntary_ctxt_switches:" && status >> count) total += count;
    }
  }
  return total;
}

std::set<int> threads_of_host() {
  std::set<int> result;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task"))
    result.insert(std::stoi(task.path().filename()));
  return result;
}

std::uint64_t sleeps_of_workers(const Pool<>& pool) {
  std::uint64_t total = 0;
  for (const WorkerStats& worker : pool.stats().workers) total += sleeps(worker.pid);
  return total;
}

// Measures by `count` how often threads go to sleep while code runs. In the known case one does.
template <typename Count>
bench::Instrument sleeps_seen(const char* name, const Count& count, bench::Instrument::Code known,
                              double least) {
  return {name,
          [count](const bench::Instrument::Code& code) {
            const std::uint64_t before = count();
            code();
            return static_cast<double>(count() - before);
          },
          {std::move(known), least, 1e6}};
}

// A thread that lives until the end, since the kernel no longer counts the sleeps of an ended
// thread.
class Napper {
 public:
  // Returns after the thread has slept so many times more.
  void nap(int times) {
    for (int i = 0; i < times; ++i) {
      wanted_.release();
      done_.acquire();
    }
  }
  ~Napper() {
    over_ = true;
    wanted_.release();
  }

 private:
  std::binary_semaphore wanted_{0};
  std::binary_semaphore done_{0};
  std::atomic<bool> over_{false};
  std::jthread thread_{[this] {
    for (;;) {
      wanted_.acquire();
      if (over_) return;
      static_cast<void>(eventually([] { return false; }, 2ms));
      done_.release();
    }
  }};
};

void let_pass(std::chrono::milliseconds time) {
  static_cast<void>(eventually([] { return false; }, time));
}

TEST_CASE("an idle pool sleeps: its threads and its workers look about once a second") {
  const auto other_threads = threads_of_host();
  Pool<> pool(actor_settings(2));
  const auto ask = [&] { (void)pool.submit(act("echo")).get(); };
  for (int i = 0; i < 20; ++i) ask();
  Napper napper;
  const bench::Instrument of_host = sleeps_seen(
      "sleeps of the host", [&] { return sleeps(getpid(), other_threads); },
      [&] { napper.nap(20); }, 20);
  const bench::Instrument of_workers = sleeps_seen(
      "sleeps of workers", [&] { return sleeps_of_workers(pool); },
      [&] {
        for (int i = 0; i < 20; ++i, ask()) let_pass(5ms);  // wakes each worker
      },
      10);
  if (skipped_as_blind(of_host) || skipped_as_blind(of_workers)) return;
  // Threads that still spin or look for late answers settle first.
  CHECK(eventually([&] { return pool.stats().in_flight == 0; }));

  // Each of the host's three threads and of a worker's two threads may wake once a second to check.
  // A poll every 10 ms would be 300 wake-ups of each thread.
  double workers = 0;
  const double host = of_host.measure([&] { workers = of_workers.measure([] { let_pass(3s); }); });
  CHECK(host <= 3 * 5);
  CHECK(workers <= 2 * 2 * 5);
}

TEST_CASE("a caller that waits long for its answer sleeps meanwhile, and so does the pool") {
  OwnGate gate;
  Pool<> pool(actor_settings(1));
  auto answer = infer_aside(pool, gate.pass());
  REQUIRE(gate.reached_by(1));

  const std::set<int> looking = {gettid()};  // this thread, which counts the sleeps of the others
  Napper napper;
  const bench::Instrument of_host = sleeps_seen(
      "sleeps of the host", [&] { return sleeps(getpid(), looking); }, [&] { napper.nap(20); }, 20);
  if (skipped_as_blind(of_host)) return;
  CHECK(of_host.measure([] { let_pass(2s); }) <= 5 * 10);
  gate.open();
  CHECK(ends(answer));
}

}  // namespace
}  // namespace inferpool::test
