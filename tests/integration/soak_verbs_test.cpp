// SPDX-License-Identifier: Apache-2.0
// All verbs run at once, with streams, loans and held outputs, while workers are killed and
// recycled and calls are cancelled or miss their deadlines. Storms alternate with lulls. In a lull
// one caller asks slowly, so that each side sleeps before each step. A missing wake-up stays
// unnoticed in a storm, since a wake-up for another call makes up for it. In a lull it is counted
// (lost_wakes.hpp).
#include <signal.h>

#include <condition_variable>
#include <iostream>
#include <memory>

#include "catch.hpp"
#include "integration/actor_calls.hpp"
#include "integration/processes.hpp"
#include "integration/soak.hpp"
#include "integration/soak_asker.hpp"
#include "ipc/lost_wakes.hpp"
#include "workers/shared_count.hpp"

namespace inferpool::test {
namespace {

constexpr int kAskers = 6;
constexpr auto kHangs = 60s;  // then a call hangs; the pool ends a run after 25 s

// Whose turn it is to make calls: all askers' in a storm, one asker's in a lull.
class Weather {
 public:
  // Waits until it is this asker's turn. False if the soak is over.
  bool await_turn(int asker) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return over_ || lead_ < 0 || lead_ == asker; });
    return !over_;
  }
  [[nodiscard]] bool calm() const {
    const std::lock_guard lock(mutex_);
    return lead_ >= 0;
  }
  void storm() { set(-1, false); }
  void lull(int lead) { set(lead, false); }
  void end() { set(-1, true); }

 private:
  void set(int lead, bool over) {
    const std::lock_guard lock(mutex_);
    lead_ = lead;
    over_ = over;
    changed_.notify_all();
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  int lead_ = -1;
  bool over_ = false;
};

Settings soak_settings(unsigned seed, const std::string& lost_wakes) {
  Settings settings = settings_for("order_worker", 2);
  settings.extra = R"({"lost_wakes": ")" + lost_wakes + R"("})";
  settings.concurrency = static_cast<int>(1 + seed % 4);
  settings.shared_memory_limit = 24 * kMiB;
  settings.max_queue_size = 64;
  settings.max_requests = 20;
  // So long that no run of milliseconds is ended, which would take its worker's other runs along.
  settings.cancel_grace = 20s;
  settings.hang_timeout = 25s;
  settings.poison_memory = 0s;
  settings.copy_outputs = seed % 3 == 0;
  settings.retry = seed % 2 == 0 ? Retry::kAlways : Retry::kIfNotStarted;
  if (seed % 2 == 1) settings.spin = 0s;  // each wait sleeps
  settings.restart_backoff.first = 1ms;
  settings.worker_output.kind = WorkerOutput::Kind::kCapture;  // SIGABRT makes them write stacks
  settings.core_dumps = false;
  return settings;
}

class Soak {
 public:
  Soak(Pool<OrderModel>& pool, SoakLedger& ledger, const SharedCount& lost_wakes, unsigned seed)
      : pool_(pool), ledger_(ledger), lost_wakes_(lost_wakes), random_(seed) {
    for (unsigned i = 0; i < kAskers; ++i)
      askers_.push_back(std::make_unique<SoakAsker>(pool, ledger, seed * 100 + i));
  }

  // Returns when every call has ended. A call that hangs ends the process, since nothing else can.
  void run(std::chrono::seconds time) {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kAskers; ++i) threads.emplace_back([this, i] { ask(i); });
    const auto end = std::chrono::steady_clock::now() + time;
    do {
      weather_.storm();
      storm(300ms + std::chrono::milliseconds(random_() % 400));
      lull(static_cast<int>(random_() % kAskers));
    } while (std::chrono::steady_clock::now() < end && !broken());
    weather_.end();
    await([&] { return ended_ == kAskers; });
  }

 private:
  [[nodiscard]] bool broken() const {
    return lost_wakes_.number() != 0 || !ledger_.what_is_wrong().empty();
  }

  void ask(int number) {
    SoakAsker& asker = *askers_[static_cast<std::size_t>(number)];
    while (weather_.await_turn(number)) {
      const bool calm = weather_.calm();
      if (calm) static_cast<void>(eventually([] { return false; }, 3ms));
      asker.ask(calm);
      if (calm) ++calls_of_lull_;
    }
    asker.end();
    ++ended_;
  }

  void storm(std::chrono::milliseconds time) {
    const auto end = std::chrono::steady_clock::now() + time;
    const auto over = [&] { return std::chrono::steady_clock::now() >= end; };
    while (!eventually(over, std::chrono::milliseconds(40 + random_() % 120))) {
      const std::vector<WorkerStats> workers = pool_.stats().workers;
      const WorkerStats& victim = workers[random_() % workers.size()];
      if (victim.state == WorkerState::kReady)
        ::kill(victim.pid, random_() % 3 == 0 ? SIGABRT : SIGKILL);
    }
  }

  void lull(int lead) {
    calls_of_lull_ = 0;
    weather_.lull(lead);
    await([&] { return calls_of_lull_ >= 25 || broken(); });
  }

  template <typename Done>
  void await(const Done& done) {
    while (!eventually(done, 1s)) {
      for (const auto& asker : askers_) {
        if (asker->waits_for() < std::chrono::milliseconds(kHangs).count()) continue;
        std::cerr << "a call hangs: it takes " << asker->waits_for() << " ms so far\n";
        std::abort();
      }
    }
  }

  Pool<OrderModel>& pool_;
  SoakLedger& ledger_;
  const SharedCount& lost_wakes_;
  std::mt19937 random_;
  Weather weather_;
  std::vector<std::unique_ptr<SoakAsker>> askers_;
  std::atomic<int> calls_of_lull_{0};
  std::atomic<int> ended_{0};
};

// Adds the wake-ups that this process misses to the same count.
struct CountedHere {
  explicit CountedHere(const SharedCount& count) { ipc::count_lost_wakes(&count.number()); }
  ~CountedHere() { ipc::count_lost_wakes(nullptr); }
  CountedHere(const CountedHere&) = delete;
  CountedHere& operator=(const CountedHere&) = delete;
};

// Checks that the ledger and the pool have the same sums.
void check_sums(Pool<OrderModel>& pool, const SoakLedger& ledger) {
  CHECK(eventually([&] { return pool.stats().payload_in_flight == 0; }));
  const Stats stats = pool.stats();
  CHECK(stats.requests == ledger.asked_so_far());
  CHECK(stats.succeeded == ledger.answers());
  CHECK(stats.failed == ledger.errors());
  CHECK(stats.in_flight == 0);
  CHECK(stats.deaths > 0);
  CHECK(stats.recycled > 0);
  CHECK(ledger.answers() > 200);
  for (const ErrorCode code : {ErrorCode::kWorkerLost, ErrorCode::kModelFailed,
                               ErrorCode::kCancelled, ErrorCode::kDeadlineExceeded})
    CHECK(ledger.errors(code) > 0);
}

TEST_CASE(
    "every verb gives what was asked for or a typed error, and wakes whom it must, while workers "
    "are killed and recycled") {
  const unsigned seed = soak_seed();
  CAPTURE(seed);
  const Footprint before;
  {
    const ScratchFolder folder;
    const SharedCount lost_wakes(folder / "lost_wakes");
    const CountedHere counted(lost_wakes);
    {
      const Settings settings = soak_settings(seed, folder / "lost_wakes");
      Pool<OrderModel> pool(settings);
      SoakLedger ledger(settings.retry == Retry::kAlways);
      Soak(pool, ledger, lost_wakes, seed).run(soak_time());
      std::cout << "seed " << seed << ": " << ledger.answers() << " answered, "
                << ledger.errors_by_code() << "; " << pool.stats().deaths << " workers killed, "
                << pool.stats().recycled << " recycled, " << lost_wakes.number()
                << " wake-ups lost\n";
      REQUIRE(ledger.what_is_wrong() == "");
      REQUIRE(lost_wakes.number() == 0);
      check_sums(pool, ledger);
    }
  }
  CHECK(eventually([&] { return Footprint() == before; }));
}

}  // namespace
}  // namespace inferpool::test
