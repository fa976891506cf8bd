// SPDX-License-Identifier: Apache-2.0
// When a pool closes, each call ends and no process is left, within drain_timeout and a kill.
#include <thread>

#include "catch.hpp"
#include "integration/faulty_calls.hpp"

using namespace inferpool;
using namespace inferpool::test;

namespace {

using Clock = std::chrono::steady_clock;

std::unique_ptr<FaultyPool> make_pool(int workers, Duration drain_timeout) {
  Settings settings = faulty_settings(workers);
  settings.drain_timeout = drain_timeout;
  return std::make_unique<FaultyPool>(settings);
}

bool refuses(FaultyPool& pool) {
  return eventually([&] {
    const auto result = pool.try_infer(command(Deed::kAnswer), {.timeout = 100ms});
    return !result && result.error().code() == ErrorCode::kStopped;
  });
}

}  // namespace

TEST_CASE("A11: close leaves no process, thread, descriptor or memory") {
  const Footprint before;
  {
    const auto pool = make_pool(4, 5s);
    CHECK(children_of(getpid()).size() == before.children + 4);
    for (int i = 0; i < 8; ++i) pool->infer(command(Deed::kAnswer));
    const auto start = Clock::now();
    pool->close();
    CHECK(Clock::now() - start < 5s);
    CHECK(children_of(getpid()).size() == before.children);
    pool->close();
    CHECK(pool->health().state == PoolState::kStopped);
    CHECK(pool->health().live == 0);
    CHECK(pool->stats().deaths == 0);
  }
  CHECK(Footprint() == before);
}

TEST_CASE("A11: a worker that is stuck in a run is killed when drain_timeout has passed") {
  const Deed deed = GENERATE(Deed::kSleepForever, Deed::kSpinForever, Deed::kStop);
  const Footprint before;
  const ScratchFolder folder;
  auto pool = make_pool(1, 300ms);
  auto future = pool->submit(command(deed, folder / "run"));
  REQUIRE(eventually([&] { return exists(folder / "run"); }));
  const auto start = Clock::now();
  pool->close();
  CHECK(Clock::now() - start >= 300ms);
  CHECK(Clock::now() - start < 5s);
  CHECK(error_of(future).code() == ErrorCode::kStopped);
  CHECK(children_of(getpid()).size() == before.children);
  pool.reset();
  CHECK(Footprint() == before);
}

TEST_CASE("A11: a worker that was stopped while idle is killed when drain_timeout has passed") {
  const Footprint before;
  {
    const auto pool = make_pool(2, 300ms);
    const int victim = pool->stats().workers[1].pid;
    REQUIRE(::kill(victim, SIGSTOP) == 0);
    REQUIRE(eventually([&] { return stopped(victim); }));
    const auto start = Clock::now();
    pool->close();
    CHECK(Clock::now() - start < 5s);
    CHECK_FALSE(running(victim));
  }
  CHECK(Footprint() == before);
}

TEST_CASE("B7: close lets running and waiting calls end, and refuses new ones") {
  const ScratchFolder folder;
  const auto pool = make_pool(1, 20s);
  HeldCall held(*pool, folder / "held");
  std::vector<std::future<Report>> waiting;
  for (int i = 0; i < 3; ++i) waiting.push_back(pool->submit(command(Deed::kAnswer, "", i)));
  std::jthread closer([&] { pool->close(); });
  REQUIRE(refuses(*pool));
  CHECK(held.future().wait_for(0s) == std::future_status::timeout);
  held.release();
  const int pid = held.future().get().pid;
  for (int i = 0; i < 3; ++i) {
    const Report report = waiting[static_cast<std::size_t>(i)].get();
    CHECK(report.number == i);
    CHECK(report.pid == pid);
  }
  closer.join();
  CHECK_FALSE(running(pid));
}

TEST_CASE(
    "B7: every call in flight gets an answer or an error, and the grace is shared by all workers") {
  const ScratchFolder folder;
  const auto pool = make_pool(4, 1s);
  std::vector<std::future<Report>> futures;
  for (int i = 0; i < 4; ++i) {
    const std::string file = folder / std::to_string(i);
    futures.push_back(pool->submit(command(Deed::kSleepForever, file)));
    REQUIRE(eventually([&] { return exists(file); }));
  }
  for (int i = 0; i < 12; ++i) futures.push_back(pool->submit(command(Deed::kSleepForever)));
  std::optional<Error> of_blocked;
  std::jthread blocked([&] { of_blocked = error_of(pool->try_infer(command(Deed::kAnswer))); });
  REQUIRE(eventually([&] { return pool->stats().in_flight == 17; }));

  const auto start = Clock::now();
  pool->close();
  CHECK(Clock::now() - start >= 1s);
  CHECK(Clock::now() - start < 4s);  // a grace period for each worker would take 4 s
  for (auto& future : futures) CHECK(error_of(future).code() == ErrorCode::kStopped);
  blocked.join();
  CHECK(of_blocked->code() == ErrorCode::kStopped);
  CHECK(pool->stats().in_flight == 0);
}

TEST_CASE(
    "B7: a worker that dies while the pool closes loses its request, and the rest is answered by "
    "others") {
  const ScratchFolder folder;
  const auto pool = make_pool(2, 20s);
  HeldCall first(*pool, folder / "first");
  HeldCall second(*pool, folder / "second");
  std::jthread closer([&] { pool->close(); });
  REQUIRE(refuses(*pool));
  const auto workers = pool->stats().workers;
  REQUIRE(::kill(workers[0].pid, SIGKILL) == 0);
  first.release();
  second.release();
  int answered = 0;
  for (HeldCall* call : {&first, &second}) {
    try {
      call->future().get();
      ++answered;
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::kWorkerLost);
    }
  }
  // The killed worker may have answered before.
  CHECK(answered >= 1);
  closer.join();
  CHECK(pool->stats().in_flight == 0);
}

TEST_CASE("Close from two threads returns in both when no worker lives any more") {
  const ScratchFolder folder;
  const Footprint before;
  const auto pool = make_pool(2, 500ms);
  auto future = pool->submit(command(Deed::kSleepForever, folder / "run"));
  REQUIRE(eventually([&] { return exists(folder / "run"); }));
  std::vector<std::size_t> children(3);
  {
    std::vector<std::jthread> closers;
    for (std::size_t& left : children) {
      closers.emplace_back([&] {
        pool->close();
        left = children_of(getpid()).size();
      });
    }
  }
  for (const std::size_t left : children) CHECK(left == before.children);
  CHECK(error_of(future).code() == ErrorCode::kStopped);
}

TEST_CASE("Close while the models load does not wait for them") {
  const Footprint before;
  const ScratchFolder folder;
  {
    Settings settings =
        faulty_settings(3, R"({"load": "hang", "log": ")" + (folder / "log") + R"("})");
    settings.start_in_background = true;
    settings.drain_timeout = 20s;
    FaultyPool pool(settings);
    auto waiting = pool.submit(command(Deed::kAnswer));
    REQUIRE(eventually([&] { return exists(folder / "log"); }));
    const auto start = Clock::now();
    pool.close();
    CHECK(Clock::now() - start < 10s);
    CHECK(error_of(waiting).code() == ErrorCode::kStopped);
  }
  CHECK(Footprint() == before);
}

TEST_CASE("Close right after construction in the background leaves nothing") {
  const Footprint before;
  for (int i = 0; i < 3; ++i) {
    Settings settings = faulty_settings(3);
    settings.start_in_background = true;
    const FaultyPool pool(settings);
  }
  CHECK(Footprint() == before);
}

TEST_CASE("Close while a killed worker is being replaced leaves nothing") {
  const Footprint before;
  for (int i = 0; i < 3; ++i) {
    const auto pool = make_pool(2, 5s);
    for (const int pid : ready_pids(*pool)) ::kill(pid, SIGKILL);
    if (i > 0) REQUIRE(eventually([&] { return pool->health().live == 0; }));
    pool->close();
  }
  CHECK(Footprint() == before);
}

TEST_CASE("Calls after close are refused with `stopped`, by each verb") {
  const auto pool = make_pool(1, 5s);
  pool->close();
  CHECK(error_of(pool->try_infer(command(Deed::kAnswer))).code() == ErrorCode::kStopped);
  auto future = pool->submit(command(Deed::kAnswer));
  CHECK(error_of(future).code() == ErrorCode::kStopped);
  CHECK_THROWS_AS(pool->infer(command(Deed::kAnswer)), Error);
  CHECK_FALSE(pool->wait_ready(Clock::now() + 10s));
}

TEST_CASE("A pool is destroyed while a run that nobody waits for goes on") {
  const Footprint before;
  const ScratchFolder folder;
  {
    const auto pool = make_pool(1, 300ms);
    const Error error =
        error_of(pool->try_infer(command(Deed::kSleepForever, folder / "run"), {.timeout = 300ms}));
    CHECK(error.code() == ErrorCode::kDeadlineExceeded);
  }
  CHECK(Footprint() == before);
}

TEST_CASE("A6: destroying one pool does not disturb another, and a new pool can take its place") {
  const Footprint before;
  const auto other = make_pool(2, 5s);
  const auto pids = ready_pids(*other);
  for (int i = 0; i < 2; ++i) {
    auto pool = make_pool(2, 5s);
    CHECK(pool->infer(command(Deed::kAnswer, "", i)).number == i);
    CHECK(children_of(getpid()).size() == before.children + 4);
    pool.reset();
    CHECK(children_of(getpid()).size() == before.children + 2);
    CHECK(other->infer(command(Deed::kAnswer, "", i)).number == i);
  }
  CHECK(ready_pids(*other) == pids);
  CHECK(other->stats().deaths == 0);
}
