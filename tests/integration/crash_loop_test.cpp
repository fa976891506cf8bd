// SPDX-License-Identifier: Apache-2.0
// Workers that end as soon as they are ready, and loads that take long. Neither causes restarts
// without a pause, and neither hinders other workers.
#include <signal.h>

#include <algorithm>
#include <mutex>

#include "catch.hpp"
#include "integration/faulty_calls.hpp"

using namespace inferpool;
using namespace inferpool::test;

namespace {

using Clock = std::chrono::steady_clock;

// The delays before the restarts of a pool, taken from its events.
class Delays {
 public:
  void operator()(const Event& event) {
    const std::lock_guard lock(mutex_);
    if (event.kind == EventKind::kRestarting) delays_.push_back(event.delay);
    opened_ = opened_ || event.kind == EventKind::kBreakerOpened;
  }
  std::vector<Duration> seen() {
    const std::lock_guard lock(mutex_);
    return delays_;
  }
  bool breaker_opened() {
    const std::lock_guard lock(mutex_);
    return opened_;
  }

 private:
  std::mutex mutex_;
  std::vector<Duration> delays_;
  bool opened_ = false;
};

constexpr std::size_t kRestarts = 7;

// The first delays of a pool whose workers end as soon as they are ready.
std::vector<Duration> delays_of_crash_loop() {
  Delays delays;
  Settings settings = faulty_settings(1);
  settings.worker = "handshake_worker";
  settings.env = {{"HANDSHAKE", "exit after ready 0"},
                  {"SIGNATURE", detail::type_signature<Faulty>()}};
  settings.start_in_background = true;
  settings.restart_backoff = {.first = 20ms, .limit = 200ms, .breaker = 3};
  settings.on_event = std::ref(delays);
  FaultyPool pool(settings);
  REQUIRE(eventually([&] { return delays.seen().size() >= kRestarts; }, 30s));
  pool.close();
  CHECK(pool.stats().deaths >= kRestarts);
  CHECK_FALSE(delays.breaker_opened());  // each start succeeded
  std::vector<Duration> seen = delays.seen();
  seen.resize(kRestarts);
  return seen;
}

// A pool that starts in the background. Its first worker loads until the file `go` exists.
struct SlowLoad {
  explicit SlowLoad(int workers) {
    settings = faulty_settings(workers, R"({"load": "wait", "while": ")" + slow + R"(", "go": ")" +
                                            go + R"(", "log": ")" + log + R"("})");
    settings.start_in_background = true;
  }
  ~SlowLoad() { write_file(go); }

  [[nodiscard]] auto loads() const { return std::ranges::count(read_file(log), '\n'); }
  // Call it when all workers of a pool with these settings are ready. The first worker ends, and
  // its successor loads.
  void lose_first_of(FaultyPool& pool) const {
    REQUIRE(pool.wait_ready(Clock::now() + 20s));
    write_file(slow);
    const auto before = loads();
    REQUIRE(::kill(pool.stats().workers[0].pid, SIGKILL) == 0);
    REQUIRE(eventually([&] { return loads() == before + 1; }));
  }

  ScratchFolder folder;
  std::string slow = folder / "slow";
  std::string go = folder / "go";
  std::string log = folder / "log";
  Settings settings;
};

}  // namespace

TEST_CASE("Workers that end as soon as they are ready are started ever more rarely") {
  std::vector<Duration> seen = delays_of_crash_loop();
  // The first restart is at once. A further one is, too, if the machine was so busy that the pool
  // learned of a worker's end a second after it was ready. Then it is tried once more.
  if (std::ranges::count(seen, Duration::zero()) > 1) seen = delays_of_crash_loop();
  CHECK(seen[0] == 0ms);
  // 20 ms doubling to 200 ms, less a jitter of a quarter.
  for (std::size_t i = 1; i < kRestarts; ++i) {
    CAPTURE(i);
    CHECK(seen[i] >= std::min(15ms * (1 << (i - 1)), 150ms));
  }
}

TEST_CASE(
    "Workers that end after they have answered, or that the pool ends, are replaced at once") {
  const bool hung = GENERATE(false, true);
  Delays delays;
  Settings settings = faulty_settings(1);
  settings.on_event = std::ref(delays);
  if (hung) settings.hang_timeout = 50ms;
  settings.poison_memory = 0ns;  // the same input causes each death
  FaultyPool pool(settings);
  for (std::uint64_t death = 1; death <= 5; ++death) {
    if (!hung) pool.infer(command(Deed::kAnswer));
    const Error error =
        error_of(pool.try_infer(command(hung ? Deed::kSleepForever : Deed::kExitAtOnce)));
    CHECK(error.code() == ErrorCode::kWorkerLost);
    REQUIRE(ready_again(pool, death));
  }
  // A worker that is hung before it has taken the request is replaced without an error.
  const std::vector<Duration> seen = delays.seen();
  CHECK((hung ? seen.size() >= 5 : seen.size() == 5));
  CHECK(seen == std::vector<Duration>(seen.size(), 0ms));
}

TEST_CASE("A load that does not end hinders neither the other workers nor another pool") {
  SlowLoad load(2);
  FaultyPool pool(load.settings);
  load.lose_first_of(pool);
  for (int i = 0; i < 20; ++i) CHECK(pool.infer(command(Deed::kAnswer)).index == 1);
  FaultyPool other(faulty_settings(2));
  CHECK(other.infer(command(Deed::kAnswer, "", 4)).number == 4);
  CHECK(pool.health().live == 1);
}

TEST_CASE("While a successor loads, another worker that ends is replaced") {
  SlowLoad load(2);
  FaultyPool pool(load.settings);
  load.lose_first_of(pool);
  remove_file(load.slow);
  REQUIRE(::kill(pool.stats().workers[1].pid, SIGKILL) == 0);
  CHECK(pool.infer(command(Deed::kAnswer)).index == 1);
  const auto workers = pool.stats().workers;
  CHECK(workers[0].state == WorkerState::kStarting);
  CHECK(workers[1].state == WorkerState::kReady);
}

TEST_CASE("A successor that never gets ready is replaced at startup_timeout, while others serve") {
  SlowLoad load(2);
  load.settings.startup_timeout = 2s;
  FaultyPool pool(load.settings);
  REQUIRE(pool.wait_ready(Clock::now() + 20s));
  write_file(load.slow);
  REQUIRE(::kill(pool.stats().workers[0].pid, SIGKILL) == 0);
  REQUIRE(eventually(
      [&] {
        CHECK(pool.infer(command(Deed::kAnswer)).index == 1);
        return pool.stats().restarts >= 2;
      },
      30s));
  const Health health = pool.health();
  CHECK(health.state == PoolState::kDegraded);
  CHECK_THAT(health.last_failure->what(), contains("startup_timeout"));
  remove_file(load.slow);
  write_file(load.go);
  CHECK(pool.wait_ready(Clock::now() + 20s));
}
