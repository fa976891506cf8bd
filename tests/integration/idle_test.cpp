// SPDX-License-Identifier: Apache-2.0
// What a pool does while nobody asks it anything: sleep. Counted in the times that its threads were
// scheduled, which a loop of short sleeps or of looks multiplies, whatever the machine is doing.

#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "catch.hpp"
#include "integration/actors.hpp"
#include "integration/processes.hpp"

namespace inferpool::test {
namespace {

// How often the threads of a process went to sleep so far, `but` excepted.
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

struct Sleeps {
  std::uint64_t host = 0;
  std::uint64_t workers = 0;
};

Sleeps sleeps_of(const Pool<>& pool, const std::set<int>& before_the_pool) {
  Sleeps result;
  result.host = sleeps(getpid(), before_the_pool);
  for (const WorkerStats& worker : pool.stats().workers) result.workers += sleeps(worker.pid);
  return result;
}

TEST_CASE("an idle pool sleeps: its threads and its workers look about once a second") {
  const auto other_threads = threads_of_host();
  Pool<> pool(actor_settings(2));
  for (int i = 0; i < 20; ++i) (void)pool.submit(act("echo")).get();
  // What still spins or looks for late answers settles.
  CHECK(eventually([&] { return pool.stats().in_flight == 0; }));

  // Each of the host's three threads and of a worker's two may wake once a second to look around; a
  // poll every 10 ms would be 300 a thread.
  const Sleeps before = sleeps_of(pool, other_threads);
  CHECK_FALSE(eventually(
      [&] {
        const Sleeps now = sleeps_of(pool, other_threads);
        return now.host - before.host > 3 * 5 || now.workers - before.workers > 2 * 2 * 5;
      },
      3s));
}

TEST_CASE("a caller that waits long for its answer sleeps meanwhile, and so does the pool") {
  OwnGate gate;
  Pool<> pool(actor_settings(1));
  auto answer = infer_aside(pool, gate.pass());
  REQUIRE(gate.reached_by(1));

  const std::set<int> looking = {gettid()};  // the thread that asks how often the others slept
  const std::uint64_t before = sleeps(getpid(), looking);
  CHECK_FALSE(eventually([&] { return sleeps(getpid(), looking) - before > 5 * 10; }, 2s));
  gate.open();
  CHECK(ends(answer));
}

}  // namespace
}  // namespace inferpool::test
