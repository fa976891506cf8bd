// SPDX-License-Identifier: Apache-2.0
// Workers are killed from outside, one after the other, while many threads make calls.
#include <signal.h>

#include <array>
#include <atomic>
#include <thread>

#include "catch.hpp"
#include "integration/actor_calls.hpp"
#include "integration/processes.hpp"
#include "workers/echo.hpp"

namespace inferpool::test {
namespace {

constexpr int kWorkers = 4;
constexpr int kCallers = 8;
constexpr std::uint64_t kKills = 200;

// What one caller saw.
struct Tally {
  std::uint64_t answered = 0;
  std::uint64_t lost = 0;
  std::string wrong = {};  // a violation, if one was found
};

// Makes calls without a pause. Each answer is compared. Large answers are compared again later,
// when their workers may have died.
class Caller {
 public:
  Caller(Pool<Echo>& pool, int number) : pool_(pool), number_(number) {}

  Tally run(const std::atomic<bool>& stop) {
    while (!stop.load() && tally_.wrong.empty()) call();
    for (const Held& held : held_) compare(held, "a held output");
    return std::move(tally_);
  }

 private:
  struct Held {
    Tensor output;
    float value = 0;
  };

  void call() {
    // Sizes of payloads in the slot, in the frame's block, copied out, and viewed.
    static constexpr std::array<std::int64_t, 5> kCounts = {1, 60, 300, 2'000, 25'000};
    const std::int64_t count = kCounts[calls_ % kCounts.size()];
    const auto value =
        static_cast<float>(number_ * 1'000'000 + static_cast<int>(calls_ % 1'000'000));
    ++calls_;
    try {
      Held now{ask(count, value), value};
      if (now.output.shape() != Shape{count})
        tally_.wrong = "an answer of shape " + to_string(now.output.shape());
      compare(now, "an answer");
      ++tally_.answered;
      Held& place = held_[calls_ % held_.size()];
      compare(place, "a held output");
      place = std::move(now);
    } catch (const Error& error) {
      judge(error);
    }
  }

  // Odd callers use submit. The others use infer, and half of them send loans.
  Tensor ask(std::int64_t count, float value) {
    if (number_ % 2 == 1) return pool_.submit(floats(count, value)).get();
    if (number_ % 4 == 0) return pool_.infer(floats(count, value));
    Tensor loan = pool_.loan<float>({count});
    std::ranges::fill(loan.mutable_values<float>(), value);
    return pool_.infer(loan);
  }

  void compare(const Held& held, const std::string& what) {
    if (!all_equal(held.output.values<float>(), held.value))
      tally_.wrong = what + " has other content than was sent";
  }

  void judge(const Error& error) {
    const bool typed =
        error.code() == ErrorCode::kWorkerLost && error.phase() == Phase::kRunning &&
        error.details().signal == SIGKILL && error.details().pid > 0 &&
        std::string_view(error.what()).find("the pool killed it") == std::string_view::npos;
    if (!typed) tally_.wrong = error.what();
    ++tally_.lost;
  }

  Pool<Echo>& pool_;
  const int number_;
  std::size_t calls_ = 0;
  std::array<Held, 7> held_{};
  Tally tally_;
};

// Kills the worker of this index once it is at work and of a later generation than the last one.
// False if none came.
bool kill_next(Pool<Echo>& pool, std::size_t index, int& last_generation) {
  return eventually(
      [&] {
        const WorkerStats worker = pool.stats().workers.at(index);
        if (worker.state != WorkerState::kReady || worker.generation <= last_generation)
          return false;
        if (worker.served < 10 || worker.in_flight == 0) return false;
        last_generation = worker.generation;
        return kill(worker.pid, SIGKILL) == 0;
      },
      60s);
}

Tally storm(Pool<Echo>& pool) {
  std::atomic<bool> stop{false};
  std::vector<std::future<Tally>> callers;
  for (int i = 0; i < kCallers; ++i) {
    callers.push_back(
        std::async(std::launch::async, [&pool, &stop, i] { return Caller(pool, i).run(stop); }));
  }
  std::array<int, kWorkers> generations{};
  bool all_killed = true;
  for (std::uint64_t i = 0; i < kKills && all_killed; ++i) {
    all_killed = kill_next(pool, i % kWorkers, generations[i % kWorkers]);
  }
  stop.store(true);
  Tally sum;
  for (auto& caller : callers) {
    const Tally tally = caller.get();
    sum.answered += tally.answered;
    sum.lost += tally.lost;
    if (sum.wrong.empty()) sum.wrong = tally.wrong;
  }
  if (!all_killed) sum.wrong = "a killed worker was not replaced";
  return sum;
}

TEST_CASE(
    "a pool of 4, killed worker by worker 200 times under load, loses no request that was not "
    "running and leaves nothing behind") {
  const Footprint before;
  {
    Settings settings = settings_for("echo_worker", kWorkers);
    settings.shared_memory_limit = 256 * kMiB;
    Pool<Echo> pool(settings);
    const Tally tally = storm(pool);

    INFO(tally.answered << " answered, " << tally.lost << " lost");
    REQUIRE(tally.wrong == "");
    CHECK(tally.answered > kKills);
    CHECK(tally.lost <= kKills);  // a worker runs one call at a time

    // The pool may not have noticed the last end, or not have started the successor yet.
    REQUIRE(eventually([&] { return pool.stats().restarts == kKills; }));
    REQUIRE(pool.wait_ready(std::chrono::steady_clock::now() + 60s));
    const Stats stats = pool.stats();
    CHECK(stats.deaths == kKills);
    CHECK(stats.restarts == kKills);
    CHECK(stats.requests == tally.answered + tally.lost);
    CHECK(stats.succeeded == tally.answered);
    CHECK(stats.failed == tally.lost);
    CHECK(stats.in_flight == 0);
    CHECK(children_of(getpid()).size() == before.children + kWorkers);
    for (const WorkerStats& worker : stats.workers) {
      CHECK(worker.state == WorkerState::kReady);
      CHECK(running(worker.pid));
    }
    CHECK(eventually([&] { return pool.stats().payload_in_flight == 0; }));
  }
  CHECK(Footprint() == before);
}

}  // namespace
}  // namespace inferpool::test
