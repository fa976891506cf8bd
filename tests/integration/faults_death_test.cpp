// SPDX-License-Identifier: Apache-2.0
// Workers that die are replaced, and requests that they had not started are not lost.
#include <signal.h>

#include <atomic>
#include <set>
#include <thread>

#include "catch.hpp"
#include "integration/faulty_calls.hpp"

using namespace inferpool;
using namespace inferpool::test;

TEST_CASE("B1: several workers killed at once are all replaced") {
  const int killed = GENERATE(1, 3, 4);
  const Footprint before;
  {
    FaultyPool pool(faulty_settings(4));
    const auto pids = ready_pids(pool);
    REQUIRE(pids.size() == 4);
    for (int i = 0; i < killed; ++i)
      REQUIRE(::kill(pids[static_cast<std::size_t>(i)], SIGKILL) == 0);
    REQUIRE(ready_again(pool, static_cast<std::uint64_t>(killed)));

    const auto now = ready_pids(pool);
    CHECK(std::set<int>(now.begin(), now.end()).size() == 4);
    for (std::size_t i = 0; i < 4; ++i)
      CHECK((now[i] == pids[i]) == (static_cast<int>(i) >= killed));
    CHECK(pool.stats().deaths == static_cast<std::uint64_t>(killed));
    CHECK(children_of(getpid()).size() == before.children + 4);
    CHECK_THAT(pool.health().last_failure->what(), contains("SIGKILL"));
    for (int i = 0; i < 8; ++i) CHECK(pool.infer(command(Deed::kAnswer, "", i)).number == i);
  }
  CHECK(Footprint() == before);
}

TEST_CASE("B1: a worker that exits with status 0 is dead, too, and replaced") {
  FaultyPool pool(faulty_settings(2));
  const Error error = error_of(pool.try_infer(command(Deed::kExitAtOnce, "", 0)));
  CHECK(error.code() == ErrorCode::kWorkerLost);
  REQUIRE(ready_again(pool, 1));
  CHECK(pool.stats().deaths == 1);
  CHECK_THAT(pool.health().last_failure->what(), contains("exited with status 0"));
}

TEST_CASE(
    "A7: a killed worker is noticed without any request, replaced, and its successor answers") {
  FaultyPool pool(faulty_settings(1));
  const int before = pool.stats().workers[0].pid;
  REQUIRE(::kill(before, SIGKILL) == 0);
  REQUIRE(ready_again(pool, 1));
  const WorkerStats worker = pool.stats().workers[0];
  CHECK(worker.pid != before);
  CHECK(worker.generation == 2);
  CHECK(pool.infer(command(Deed::kAnswer)).pid == worker.pid);
}

TEST_CASE("A9: while a replacement starts, another worker serves all requests") {
  const ScratchFolder folder;
  const std::string broken = folder / "broken";
  const std::string go = folder / "go";
  FaultyPool pool(faulty_settings(
      2, R"({"load": "wait", "while": ")" + broken + R"(", "go": ")" + go + R"("})"));
  write_file(broken);
  const auto pids = ready_pids(pool);
  REQUIRE(::kill(pids[0], SIGKILL) == 0);
  REQUIRE(eventually([&] { return pool.stats().workers[0].state == WorkerState::kStarting; }));
  CHECK(pool.health().state == PoolState::kDegraded);
  CHECK(pool.health().live == 1);
  for (int i = 0; i < 50; ++i) CHECK(pool.infer(command(Deed::kAnswer)).pid == pids[1]);
  CHECK(pool.stats().failed == 0);
  write_file(go);
  CHECK(ready_again(pool, 1));
}

TEST_CASE("B2: when the only worker dies, requests wait for its successor") {
  const ScratchFolder folder;
  const std::string broken = folder / "broken";
  const std::string go = folder / "go";
  FaultyPool pool(faulty_settings(
      1, R"({"load": "wait", "while": ")" + broken + R"(", "go": ")" + go + R"("})"));
  write_file(broken);
  REQUIRE(::kill(pool.stats().workers[0].pid, SIGKILL) == 0);
  REQUIRE(eventually([&] { return pool.health().live == 0; }));
  CHECK(pool.health().state == PoolState::kUnavailable);

  const Error bounded = error_of(pool.try_infer(command(Deed::kAnswer), {.timeout = 50ms}));
  CHECK(bounded.code() == ErrorCode::kDeadlineExceeded);
  CHECK(bounded.phase() == Phase::kQueued);

  auto waiting = pool.submit(command(Deed::kAnswer, "", 9));
  CHECK(waiting.wait_for(0s) == std::future_status::timeout);
  write_file(go);
  const Report report = waiting.get();
  CHECK(report.number == 9);
  CHECK(report.generation == 2);
}

TEST_CASE("Requests that were not started are not lost while workers die under load") {
  FaultyPool pool(faulty_settings(2));
  std::atomic<int> sent = 0;
  std::atomic<int> answered = 0;
  std::atomic<int> lost = 0;
  std::atomic<int> other = 0;
  std::atomic<bool> enough = false;
  std::vector<std::jthread> callers;
  for (int c = 0; c < 4; ++c) {
    callers.emplace_back([&] {
      while (!enough) {
        // Each call has its own input, so that none becomes poison.
        const auto result = pool.try_infer(command(Deed::kAnswer, "", ++sent));
        if (result) {
          ++answered;
        } else {
          ++(result.error().code() == ErrorCode::kWorkerLost &&
                     result.error().phase() == Phase::kRunning
                 ? lost
                 : other);
        }
      }
    });
  }
  for (std::uint64_t i = 1; i <= 10; ++i) {
    const int before = answered;
    REQUIRE(eventually([&] { return answered > before + 20 && ready_pids(pool).size() == 2; }));
    ::kill(ready_pids(pool)[i % 2], SIGKILL);
    REQUIRE(ready_again(pool, i));
  }
  enough = true;
  callers.clear();
  CHECK(other == 0);
  CHECK(lost <= 10);
  CHECK(pool.stats().in_flight == 0);
}

TEST_CASE("With concurrency, a death loses what ran in that worker, and nothing that waited") {
  const ScratchFolder folder;
  Settings settings = faulty_settings(1);
  settings.concurrency = 3;
  FaultyPool pool(settings);
  std::vector<std::unique_ptr<HeldCall>> running;
  for (int i = 0; i < 3; ++i)
    running.push_back(std::make_unique<HeldCall>(pool, folder / std::to_string(i)));
  std::vector<std::future<Report>> waiting;
  for (int i = 0; i < 5; ++i) waiting.push_back(pool.submit(command(Deed::kAnswer, "", i)));
  const int pid = pool.stats().workers[0].pid;
  REQUIRE(::kill(pid, SIGKILL) == 0);
  for (const auto& call : running) {
    const Error error = error_of(call->future());
    CHECK(error.code() == ErrorCode::kWorkerLost);
    CHECK(error.details().pid == pid);
  }
  for (int i = 0; i < 5; ++i) CHECK(waiting[static_cast<std::size_t>(i)].get().number == i);
}

TEST_CASE("With concurrency, a late run and a hung one each end with their worker") {
  const ScratchFolder folder;
  Settings settings = faulty_settings(1);
  settings.concurrency = 2;
  settings.cancel_grace = 100ms;
  FaultyPool pool(settings);
  HeldCall held(pool, folder / "held");
  const Error error = error_of(pool.try_infer(command(Deed::kSleepForever), {.timeout = 2s}));
  CHECK(error.code() == ErrorCode::kDeadlineExceeded);
  const Error lost = error_of(held.future());
  CHECK(lost.code() == ErrorCode::kWorkerLost);
  CHECK_THAT(lost.what(), contains("cancel_grace"));
  CHECK(pool.infer(command(Deed::kAnswer)).generation == 2);
}
