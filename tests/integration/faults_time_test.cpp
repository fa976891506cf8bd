// SPDX-License-Identifier: Apache-2.0
// Deadlines, cancellation and hangs: the caller leaves in time, whatever the worker does.
#include <thread>

#include "catch.hpp"
#include "integration/faulty_calls.hpp"

using namespace inferpool;
using namespace inferpool::test;

namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

TEST_CASE("A deadline that passes in the queue says that the request was queued") {
  const ScratchFolder folder;
  FaultyPool pool(faulty_settings(1));
  HeldCall running(pool, folder / "running");
  auto ahead = pool.submit(command(Deed::kAnswer));
  const Error error =
      error_of(pool.try_infer(command(Deed::kAnswer, folder / "never"), {.timeout = 30ms}));
  CHECK(error.code() == ErrorCode::kDeadlineExceeded);
  CHECK(error.phase() == Phase::kQueued);
  running.release();
  running.future().get();
  ahead.get();
  CHECK_FALSE(exists(folder / "never"));
  CHECK(pool.stats().deaths == 0);
}

TEST_CASE("A deadline that passes for a request posted ahead takes it back, and it never runs") {
  const ScratchFolder folder;
  FaultyPool pool(faulty_settings(1));
  HeldCall running(pool, folder / "running");
  const Error error =
      error_of(pool.try_infer(command(Deed::kAnswer, folder / "never"), {.timeout = 30ms}));
  CHECK(error.code() == ErrorCode::kDeadlineExceeded);
  CHECK(error.phase() == Phase::kQueued);
  running.release();
  running.future().get();
  CHECK(pool.infer(command(Deed::kAnswer)).number == 0);
  CHECK_FALSE(exists(folder / "never"));
}

TEST_CASE(
    "B5: a deadline that passes in the run says so, and the late answer is dropped silently") {
  const bool asynchronous = GENERATE(false, true);
  const ScratchFolder folder;
  FaultyPool pool(faulty_settings(1));
  const int pid = pool.stats().workers[0].pid;
  const auto hold = command(Deed::kHold, folder / "hold", 1);
  const InferOptions options{.timeout = 3s};
  std::future<Report> future;
  if (asynchronous) future = pool.submit(hold, options);
  const Error error = asynchronous ? error_of(future) : error_of(pool.try_infer(hold, options));
  CHECK(error.code() == ErrorCode::kDeadlineExceeded);
  CHECK(error.phase() == Phase::kRunning);
  CHECK(error.details().worker_index == 0);
  CHECK(pool.stats().workers[0].state == WorkerState::kLate);

  write_file(folder / "hold.go");
  // The next request gets its own answer, from the same process.
  const Report report = pool.infer(command(Deed::kAnswer, "", 2));
  CHECK(report.number == 2);
  CHECK(report.pid == pid);
  CHECK(eventually([&] { return pool.health().state == PoolState::kReady; }));
  CHECK(pool.stats().deaths == 0);
  CHECK(pool.stats().payload_in_flight == 0);
}

TEST_CASE("While a worker runs past a deadline, other requests go to other workers") {
  const ScratchFolder folder;
  FaultyPool pool(faulty_settings(2));
  const Error error =
      error_of(pool.try_infer(command(Deed::kHold, folder / "hold"), {.timeout = 3s}));
  CHECK(error.phase() == Phase::kRunning);
  const auto workers = pool.stats().workers;
  const auto& healthy = workers[0].state == WorkerState::kLate ? workers[1] : workers[0];
  for (int i = 0; i < 20; ++i) CHECK(pool.infer(command(Deed::kAnswer)).pid == healthy.pid);
  write_file(folder / "hold.go");
  CHECK(eventually([&] {
    return pool.stats().workers[0].state == WorkerState::kReady &&
           pool.stats().workers[1].state == WorkerState::kReady;
  }));
}

TEST_CASE(
    "A stopped worker takes no request down with it: at the deadline it was still queued, and the "
    "next one goes elsewhere") {
  Settings settings = faulty_settings(2);
  settings.cancel_grace = 200ms;
  FaultyPool pool(settings);
  const int victim = pool.infer(command(Deed::kAnswer)).pid;
  REQUIRE(::kill(victim, SIGSTOP) == 0);
  REQUIRE(eventually([&] { return stopped(victim); }));

  const Error error = error_of(pool.try_infer(command(Deed::kAnswer), {.timeout = 100ms}));
  CHECK(error.code() == ErrorCode::kDeadlineExceeded);
  CHECK(error.phase() == Phase::kQueued);
  CHECK(pool.infer(command(Deed::kAnswer)).pid != victim);
  REQUIRE(ready_again(pool, 1));
  CHECK_FALSE(running(victim));
  CHECK_THAT(pool.health().last_failure->what(), contains("did not start a request"));
}

TEST_CASE(
    "A request without a deadline on a stopped worker is run by another one after hang_timeout") {
  Settings settings = faulty_settings(2);
  settings.hang_timeout = 300ms;
  FaultyPool pool(settings);
  const int victim = pool.infer(command(Deed::kAnswer)).pid;
  REQUIRE(::kill(victim, SIGSTOP) == 0);
  REQUIRE(eventually([&] { return stopped(victim); }));
  const Report report = pool.infer(command(Deed::kAnswer, "", 4));
  CHECK(report.number == 4);
  CHECK(report.pid != victim);
  REQUIRE(ready_again(pool, 1));
}

TEST_CASE("A worker that is idle for longer than hang_timeout lives on") {
  Settings settings = faulty_settings(1);
  settings.hang_timeout = 1s;
  FaultyPool pool(settings);
  const int pid = pool.infer(command(Deed::kAnswer)).pid;
  CHECK_FALSE(eventually([&] { return pool.stats().deaths > 0; }, 2s));
  CHECK(pool.infer(command(Deed::kAnswer)).pid == pid);
}

TEST_CASE("Waiting behind a long run does not count as hanging") {
  const ScratchFolder folder;
  Settings settings = faulty_settings(1);
  settings.hang_timeout = 3s;
  FaultyPool pool(settings);
  // Four runs of 1 s each: the last one waits for 3 s.
  std::vector<std::future<Report>> futures;
  for (const char* name : {"a", "b", "c", "d"})
    futures.push_back(pool.submit(command(Deed::kHold, folder / name)));
  for (const char* name : {"a", "b", "c", "d"}) {
    REQUIRE(eventually([&] { return exists(folder / name); }));
    CHECK_FALSE(eventually([&] { return pool.stats().deaths > 0; }, 1s));
    write_file(folder / (std::string(name) + ".go"));
  }
  for (auto& future : futures) future.get();
  CHECK(pool.stats().deaths == 0);
}

TEST_CASE("A caller that gives up by its stop_token gets `cancelled`, and the model sees it") {
  const bool asynchronous = GENERATE(false, true);
  const ScratchFolder folder;
  FaultyPool pool(faulty_settings(1));
  std::stop_source source;
  const auto until_cancelled = command(Deed::kUntilCancelled, folder / "run");
  const InferOptions options{.stop = source.get_token()};
  std::jthread canceller([&] {
    if (eventually([&] { return exists(folder / "run"); })) source.request_stop();
  });
  std::future<Report> future;
  if (asynchronous) future = pool.submit(until_cancelled, options);
  const Error error =
      asynchronous ? error_of(future) : error_of(pool.try_infer(until_cancelled, options));
  CHECK(error.code() == ErrorCode::kCancelled);
  CHECK(error.phase() == Phase::kRunning);
  CHECK(eventually([&] { return exists(folder / "run.cancelled"); }));
  CHECK(pool.infer(command(Deed::kAnswer)).generation == 1);
}

TEST_CASE("A queued request whose caller gives up is cancelled and never runs") {
  const ScratchFolder folder;
  FaultyPool pool(faulty_settings(1));
  HeldCall running(pool, folder / "running");
  auto ahead = pool.submit(command(Deed::kAnswer));
  std::stop_source source;
  auto queued = pool.submit(command(Deed::kAnswer, folder / "never"), {.stop = source.get_token()});
  source.request_stop();
  const Error error = error_of(queued);
  CHECK(error.code() == ErrorCode::kCancelled);
  CHECK(error.phase() == Phase::kQueued);
  running.release();
  ahead.get();
  CHECK_FALSE(exists(folder / "never"));
}

TEST_CASE("A caller that had given up before it asked gets `cancelled`") {
  FaultyPool pool(faulty_settings(1));
  std::stop_source source;
  source.request_stop();
  const Error error =
      error_of(pool.try_infer(command(Deed::kUntilCancelled), {.stop = source.get_token()}));
  CHECK(error.code() == ErrorCode::kCancelled);
}

TEST_CASE(
    "The model sees that the deadline passed, and its worker is not killed when it then ends") {
  const ScratchFolder folder;
  FaultyPool pool(faulty_settings(1));
  // The 1 makes it run on afterwards, until "run.go" exists.
  const auto run = command(Deed::kUntilCancelled, folder / "run", 1);
  const Error error = error_of(pool.try_infer(run, {.timeout = 2s}));
  CHECK(error.code() == ErrorCode::kDeadlineExceeded);
  CHECK(eventually([&] { return exists(folder / "run.cancelled"); }));
  write_file(folder / "run.go");
  CHECK(pool.infer(command(Deed::kAnswer)).generation == 1);
}

TEST_CASE("A deadline that has passed already is reported at once, and nothing runs") {
  const ScratchFolder folder;
  FaultyPool pool(faulty_settings(1));
  HeldCall running(pool, folder / "running");
  const Error error = error_of(
      pool.try_infer(command(Deed::kAnswer, folder / "never"), {.deadline = Clock::now() - 1s}));
  CHECK(error.code() == ErrorCode::kDeadlineExceeded);
  running.release();
  running.future().get();
  pool.infer(command(Deed::kAnswer));
  CHECK_FALSE(exists(folder / "never"));
}

TEST_CASE("request_timeout counts for calls that name no limit of their own") {
  Settings settings = faulty_settings(1);
  settings.request_timeout = 2s;
  settings.cancel_grace = 0ms;
  FaultyPool pool(settings);
  const Error error = error_of(pool.try_infer(command(Deed::kSleepForever)));
  CHECK(error.code() == ErrorCode::kDeadlineExceeded);
  REQUIRE(ready_again(pool, 1));
}
