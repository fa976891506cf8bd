// SPDX-License-Identifier: Apache-2.0
// Faults during recycling, and a close during it.
#include <atomic>
#include <random>
#include <thread>

#include "catch.hpp"
#include "integration/recycling_scenario.hpp"

namespace inferpool::test {
namespace {

void after_one_request(Settings& settings) { settings.max_requests = 1; }

// One worker, recycled after each request. Its successors fail to load while the file `slow`
// exists.
RecyclingScenario with_failing_successors(const RestartBackoff& backoff) {
  return RecyclingScenario(
      1,
      [&](Settings& settings) {
        settings.max_requests = 1;
        settings.restart_backoff = backoff;
      },
      "throw");
}

TEST_CASE(
    "a successor that does not start is reported and tried again, and the old worker goes on") {
  const auto parts = with_failing_successors({.first = 20ms, .limit = 100ms, .breaker = 2});
  FaultyPool pool(parts.settings);
  parts.make_slow();
  const int old = pool.infer(command(Deed::kAnswer)).pid;
  const auto failed = [&] { return parts.log.of_kind(EventKind::kStartFailed).size(); };
  REQUIRE(eventually([&] { return failed() >= 4; }));
  CHECK(pool.infer(command(Deed::kAnswer)).pid == old);
  CHECK(pool.health().state == PoolState::kReady);
  CHECK_THAT(pool.health().last_failure.value().what(), contains("the weights are missing"));
  CHECK(pool.stats().deaths == 0);
  CHECK(pool.stats().restarts == 0);
  CHECK(parts.log.of_kind(EventKind::kBreakerOpened).empty());
  Duration least = 15ms;  // 20 ms, give or take a quarter
  const auto delays = parts.log.of_kind(EventKind::kRestarting);
  for (std::size_t i = 0; i < 3; ++i, least *= 2) CHECK(delays.at(i).delay >= least);

  remove_file(parts.slow);
  REQUIRE(eventually([&] { return pool.stats().recycled >= 1; }));
  CHECK(pool.infer(command(Deed::kAnswer)).pid != old);
  CHECK(pool.stats().failed == 0);
}

TEST_CASE("failed starts of a successor do not bring the breaker nearer") {
  const auto parts = with_failing_successors({.first = 10ms, .limit = 10ms, .breaker = 3});
  FaultyPool pool(parts.settings);
  parts.make_slow();
  const int old = pool.infer(command(Deed::kAnswer)).pid;
  REQUIRE(eventually([&] { return parts.log.of_kind(EventKind::kStartFailed).size() >= 3; }));
  REQUIRE(::kill(old, SIGKILL) == 0);
  REQUIRE(eventually([&] { return !parts.log.of_kind(EventKind::kBreakerOpened).empty(); }));
  // After the death the breaker opens at the third failure, as usual.
  int failed_since = 0;
  bool dead = false;
  for (const Event& event : parts.log.events()) {
    dead = dead || event.kind == EventKind::kDied;
    if (dead && event.kind == EventKind::kStartFailed) ++failed_since;
    if (event.kind == EventKind::kBreakerOpened) break;
  }
  CHECK(failed_since == 3);
}

TEST_CASE("if the old worker dies while its successor loads, the successor takes over the index") {
  RecyclingScenario parts(1, after_one_request);
  FaultyPool pool(parts.settings);
  parts.make_slow();
  const int old = pool.infer(command(Deed::kAnswer)).pid;
  REQUIRE(comes_beside(pool, WorkerState::kStarting));
  const int successor = beside(pool, WorkerState::kStarting)->pid;
  REQUIRE(::kill(old, SIGKILL) == 0);
  REQUIRE(eventually([&] { return pool.stats().deaths == 1 && pool.stats().workers.size() == 1; }));
  CHECK(pool.stats().workers[0].pid == successor);
  CHECK(pool.stats().workers[0].state == WorkerState::kStarting);
  std::future<Report> waits = pool.submit(command(Deed::kAnswer));
  CHECK(children_of(getpid()) == std::vector<int>{successor});
  parts.let_go();
  REQUIRE(waits.wait_for(20s) == std::future_status::ready);
  CHECK(waits.get().pid == successor);
  CHECK(eventually(
      [&] { return parts.log.kinds().starts_with("started ready started died ready "); }));
  CHECK(pool.stats().restarts == 1);
}

TEST_CASE(
    "a worker that dies while it retires loses its call, counts as a death, and changes nothing "
    "else") {
  RecyclingScenario parts(1, after_one_request);
  FaultyPool pool(parts.settings);
  parts.make_slow();
  const int old = pool.infer(command(Deed::kAnswer)).pid;
  HeldCall held(pool, parts.folder / "run");
  parts.let_go();
  REQUIRE(comes_beside(pool, WorkerState::kRetiring));
  REQUIRE(::kill(old, SIGKILL) == 0);
  const Error error = error_of(held.future());
  CHECK(error.code() == ErrorCode::kWorkerLost);
  CHECK(error.details().pid == old);
  REQUIRE(eventually([&] { return parts.log.of_kind(EventKind::kDied).size() == 1; }));
  CHECK(pool.stats().deaths == 1);
  CHECK(pool.stats().restarts == 0);
  CHECK(pool.infer(command(Deed::kAnswer)).pid != old);
  CHECK(pool.health().state == PoolState::kReady);
}

TEST_CASE("a worker that does not leave when asked to is killed after drain_timeout") {
  RecyclingScenario parts(1, [](Settings& s) {
    s.max_requests = 1;
    s.drain_timeout = 2s;
  });
  FaultyPool pool(parts.settings);
  parts.make_slow();
  const int old = pool.infer(command(Deed::kAnswer)).pid;
  REQUIRE(comes_beside(pool, WorkerState::kStarting));
  REQUIRE(::kill(old, SIGSTOP) == 0);
  REQUIRE(eventually([&] { return stopped(old); }));
  parts.let_go();
  REQUIRE(comes_beside(pool, WorkerState::kRetiring));
  CHECK(pool.infer(command(Deed::kAnswer)).pid != old);
  REQUIRE(eventually([&] { return !parts.log.of_kind(EventKind::kRecycled).empty(); }));
  const Event recycled = parts.log.of_kind(EventKind::kRecycled).front();
  CHECK(recycled.pid == old);
  CHECK_THAT(recycled.text, contains("drain_timeout (2 s)"));
  CHECK(pool.stats().deaths == 0);
}

TEST_CASE("a worker that retires is killed if its run goes on past hang_timeout") {
  RecyclingScenario parts(1, [](Settings& s) {
    s.max_requests = 1;
    s.hang_timeout = 5s;  // the successor is ready before
  });
  FaultyPool pool(parts.settings);
  parts.make_slow();
  const int old = pool.infer(command(Deed::kAnswer)).pid;
  HeldCall held(pool, parts.folder / "run");
  parts.let_go();
  CHECK(comes_beside(pool, WorkerState::kRetiring));
  const Error error = error_of(held.future());
  CHECK_THAT(error.what(), contains("hang_timeout"));
  CHECK(error.details().pid == old);
  CHECK(pool.infer(command(Deed::kAnswer)).pid != old);
}

TEST_CASE(
    "killed at any moment of being recycled, workers lose what they ran, and the pool recovers") {
  const Footprint before;
  {
    RecyclingScenario parts(2, [](Settings& s) {
      s.max_requests = 20;
      s.poison_memory = 0ns;  // all calls have the same input
      s.restart_backoff = {.first = 10ms, .limit = 20ms, .breaker = 1'000'000};
    });
    FaultyPool pool(parts.settings);
    std::atomic<bool> enough{false};
    std::atomic<int> others{0};  // errors other than worker_lost
    std::vector<std::jthread> callers;
    for (int i = 0; i < 3; ++i) {
      callers.emplace_back([&] {
        while (!enough.load()) {
          const auto report = pool.try_infer(command(Deed::kAnswer));
          if (!report && report.error().code() != ErrorCode::kWorkerLost) ++others;
        }
      });
    }
    std::mt19937 random(7);
    for (int kills = 0; kills < 24; ++kills) {
      const std::uint64_t recycled = pool.stats().recycled;
      const bool wait = kills % 4 == 0;  // until the next worker is recycled
      if (wait) CHECK(eventually([&] { return pool.stats().recycled > recycled; }, 30s));
      const std::vector<int> children = children_of(getpid());
      if (!children.empty()) ::kill(children[random() % children.size()], SIGKILL);
      // The next kill comes some calls later, or after 80 ms if too few calls are answered.
      const std::uint64_t until = pool.stats().succeeded + random() % 400;
      eventually([&] { return pool.stats().succeeded >= until; }, 80ms);
    }
    CHECK(eventually([&] { return pool.health().state == PoolState::kReady; }, 30s));
    CHECK(pool.try_infer(command(Deed::kAnswer)).has_value());
    enough = true;
    callers.clear();
    CHECK(others == 0);
    const Stats stats = pool.stats();
    CHECK(stats.in_flight == 0);
    CHECK(stats.requests == stats.succeeded + stats.failed);
    CHECK(Numbers(parts.log, 2).most_processes == 3);
  }
  CHECK(Footprint() == before);
}

TEST_CASE("close leaves nothing, whichever step of recycling is under way") {
  const Footprint before;
  const std::string at = GENERATE("the successor loads", "the old one retires", "it is to leave");
  INFO(at);
  {
    RecyclingScenario parts(2, [](Settings& s) {
      s.max_requests = 1;
      s.drain_timeout = 4s;
    });
    FaultyPool pool(parts.settings);
    parts.make_slow();
    const int old = pool.infer(command(Deed::kAnswer)).pid;
    REQUIRE(comes_beside(pool, WorkerState::kStarting));
    if (at == "the successor loads") {
      pool.close();
    } else if (at == "the old one retires") {
      HeldCall held(pool, parts.folder / "run");
      parts.let_go();
      REQUIRE(comes_beside(pool, WorkerState::kRetiring));
      std::jthread closer([&] { pool.close(); });
      held.release();
      CHECK(held.future().get().pid == old);
    } else {
      REQUIRE(::kill(old, SIGSTOP) == 0);
      REQUIRE(eventually([&] { return stopped(old); }));
      parts.let_go();
      REQUIRE(comes_beside(pool, WorkerState::kRetiring));
      pool.close();
    }
    CHECK(children_of(getpid()).size() == before.children);
    CHECK(pool.health().state == PoolState::kStopped);
    CHECK(pool.stats().failed == 0);
  }
  CHECK(Footprint() == before);
}

}  // namespace
}  // namespace inferpool::test
