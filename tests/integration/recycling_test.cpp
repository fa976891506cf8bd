// SPDX-License-Identifier: Apache-2.0
// Workers that have reached a limit. Each leaves only after its successor is ready.
#include <atomic>
#include <memory>
#include <mutex>
#include <set>
#include <thread>

#include "catch.hpp"
#include "integration/recycling_scenario.hpp"

namespace inferpool::test {
namespace {

Settings with_age(Settings settings) {
  settings.max_worker_age = 300ms;
  return settings;
}

TEST_CASE("under steady load every call succeeds while workers are recycled, one at a time") {
  const int concurrency = GENERATE(1, 2);
  RecyclingScenario parts(2, [&](Settings& s) {
    s.concurrency = concurrency;
    s.max_requests = 40;
  });
  std::set<int> pids;
  std::atomic<int> failed{0};
  {
    FaultyPool pool(parts.settings);
    std::atomic<bool> enough{false};
    std::mutex mutex;
    std::vector<std::jthread> callers;
    for (int i = 0; i < 4; ++i) {
      callers.emplace_back([&] {
        std::set<int> seen;
        while (!enough.load()) {
          const auto report = pool.try_infer(command(Deed::kAnswer));
          report ? static_cast<void>(seen.insert(report->pid)) : static_cast<void>(++failed);
        }
        const std::lock_guard lock(mutex);
        pids.merge(seen);
      });
    }
    bool always_ready = true;
    std::size_t most_children = 0;
    CHECK(eventually(
        [&] {
          const Health health = pool.health();
          always_ready = always_ready && health.state == PoolState::kReady && health.live == 2;
          most_children = std::max(most_children, children_of(getpid()).size());
          return pool.stats().recycled >= 6;
        },
        60s));
    enough = true;
    callers.clear();
    CHECK(always_ready);
    CHECK(most_children == 3);
    const Stats stats = pool.stats();
    CHECK(stats.succeeded == stats.requests);
    CHECK(stats.deaths == 0);
    CHECK(stats.restarts == 0);
    CHECK_FALSE(pool.health().last_failure);
  }
  CHECK(failed == 0);
  CHECK(pids.size() >= 6);
  const Numbers numbers(parts.log, 2);
  CHECK(numbers.most_processes == 3);
  CHECK(numbers.least_ready == 2);
  CHECK(numbers.recycled >= 6);
  CHECK_THAT(parts.log.of_kind(EventKind::kRecycled).front().text,
             contains("max_requests is 40: it served "));
}

TEST_CASE("while the successor loads the old worker goes on serving, and waits for it") {
  RecyclingScenario parts(1, [](Settings& s) { s.max_requests = 5; });
  FaultyPool pool(parts.settings);
  parts.make_slow();
  const int old = pool.infer(command(Deed::kAnswer)).pid;
  for (int i = 1; i < 5; ++i) pool.infer(command(Deed::kAnswer));
  REQUIRE(comes_beside(pool, WorkerState::kStarting));
  const WorkerStats successor = beside(pool, WorkerState::kStarting).value();
  CHECK(successor.index == 0);
  CHECK(successor.generation == 2);
  for (int i = 0; i < 20; ++i) CHECK(pool.infer(command(Deed::kAnswer)).pid == old);
  CHECK(pool.health().state == PoolState::kReady);
  CHECK(running(old));

  parts.let_go();
  REQUIRE(eventually([&] { return parts.log.of_kind(EventKind::kRecycled).size() == 1; }));
  const Report report = pool.infer(command(Deed::kAnswer));
  CHECK(report.pid == successor.pid);
  CHECK(report.generation == 2);
  CHECK_FALSE(running(old));
  CHECK(parts.log.kinds() == "started ready started ready recycled ");
  const Event recycled = parts.log.events().back();
  CHECK(recycled.pid == old);
  CHECK(recycled.generation == 1);
  CHECK_FALSE(recycled.error);
  CHECK(pool.stats().recycled == 1);
  CHECK(pool.stats().workers.size() == 1);
}

TEST_CASE("a worker that retires ends what it runs, and what only waited goes to its successor") {
  const int concurrency = GENERATE(1, 2);
  RecyclingScenario parts(1, [&](Settings& s) {
    s.concurrency = concurrency;
    s.max_requests = 1;
  });
  FaultyPool pool(parts.settings);
  parts.make_slow();
  const int old = pool.infer(command(Deed::kAnswer)).pid;
  std::vector<std::unique_ptr<HeldCall>> held;
  for (int i = 0; i < concurrency; ++i)
    held.push_back(std::make_unique<HeldCall>(pool, parts.folder / ("run" + std::to_string(i))));
  std::future<Report> waits = pool.submit(command(Deed::kAnswer));
  REQUIRE(comes_beside(pool, WorkerState::kStarting));
  parts.let_go();
  REQUIRE(waits.wait_for(20s) == std::future_status::ready);
  CHECK(waits.get().pid != old);
  REQUIRE(comes_beside(pool, WorkerState::kRetiring));
  const WorkerStats retiring = beside(pool, WorkerState::kRetiring).value();
  CHECK(retiring.pid == old);
  CHECK(retiring.in_flight == concurrency);
  CHECK(retiring.running_for > 0ns);
  CHECK(retiring.served == 1);
  CHECK(pool.infer(command(Deed::kAnswer)).pid != old);
  CHECK(pool.stats().recycled == 0);  // it is not recycled during a run
  for (const auto& call : held) call->release();
  for (const auto& call : held) CHECK(call->future().get().pid == old);
  CHECK(eventually([&] { return pool.stats().recycled >= 1 && !running(old); }));
  CHECK(pool.stats().failed == 0);
}

TEST_CASE("a worker whose memory grows is recycled at max_worker_rss") {
  constexpr std::int64_t kLeak = 8 << 20;
  RecyclingScenario parts(1, [](Settings&) {});
  {  // the memory of a fresh worker differs between builds
    FaultyPool pool(parts.settings);
    const int pid = pool.infer(command(Deed::kAnswer)).pid;
    parts.settings.max_worker_rss = private_memory(pid) + std::uint64_t{12 * kLeak};
  }
  FaultyPool pool(parts.settings);
  const int first = pool.infer(command(Deed::kAnswer)).pid;
  REQUIRE_FALSE(eventually([&] { return pool.stats().recycled > 0; }, 1200ms));
  for (int i = 0; i < 14; ++i) pool.infer(command(Deed::kLeak, "", kLeak));
  REQUIRE(eventually([&] { return parts.log.of_kind(EventKind::kRecycled).size() == 1; }));
  CHECK(pool.infer(command(Deed::kAnswer)).pid != first);
  CHECK_THAT(parts.log.of_kind(EventKind::kRecycled).at(0).text, contains("max_worker_rss is "));
  CHECK(pool.stats().recycled == 1);
  CHECK(pool.stats().deaths == 0);
}

TEST_CASE("idle workers are recycled at their max_worker_age, one after the other") {
  RecyclingScenario parts(3, [](Settings& s) { s = with_age(std::move(s)); });
  {
    FaultyPool pool(parts.settings);
    REQUIRE(eventually([&] { return pool.stats().recycled >= 6; }, 30s));
    CHECK(pool.stats().deaths == 0);
  }
  const Numbers numbers(parts.log, 3);
  CHECK(numbers.most_processes == 4);
  CHECK(numbers.least_ready == 3);
  std::set<int> places;
  for (const Event& event : parts.log.of_kind(EventKind::kRecycled)) {
    places.insert(event.worker_index);
    CHECK_THAT(event.text, contains("max_worker_age is 300ms"));
  }
  CHECK(places.size() == 3);
}

TEST_CASE("without a limit no worker is recycled") {
  RecyclingScenario parts(1, [](Settings&) {});
  FaultyPool pool(parts.settings);
  const int pid = pool.infer(command(Deed::kAnswer)).pid;
  for (int i = 0; i < 1000; ++i) CHECK(pool.infer(command(Deed::kAnswer)).pid == pid);
  CHECK(pool.stats().recycled == 0);
}

}  // namespace
}  // namespace inferpool::test
