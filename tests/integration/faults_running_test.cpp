// SPDX-License-Identifier: Apache-2.0
// What happens to requests and to the pool when a model throws or a worker dies.
#include <algorithm>

#include "catch.hpp"
#include "integration/faulty_calls.hpp"

using namespace inferpool;
using namespace inferpool::test;

TEST_CASE(
    "A4: an exception of the model reaches its caller alone, and the worker goes on serving") {
  FaultyPool pool(faulty_settings(1));
  const int pid = pool.infer(command(Deed::kAnswer)).pid;

  const Error error = error_of(pool.try_infer(command(Deed::kThrow)));
  CHECK(error.code() == ErrorCode::kModelFailed);
  CHECK(error.phase() == Phase::kRunning);
  CHECK(error.details().exception_type == "std::out_of_range");
  CHECK(error.details().exception_text == "no class 11 in a model of 10");
  CHECK_THAT(error.what(), contains("std::out_of_range: no class 11 in a model of 10"));

  CHECK(pool.infer(command(Deed::kAnswer)).pid == pid);
  CHECK(pool.health().state == PoolState::kReady);
  CHECK(pool.stats().deaths == 0);
}

TEST_CASE("A4: an exception that is not a std::exception is reported by its type") {
  FaultyPool pool(faulty_settings(1));
  const Error error = error_of(pool.try_infer(command(Deed::kThrowNumber)));
  CHECK(error.code() == ErrorCode::kModelFailed);
  CHECK(error.details().exception_type == "int");
  CHECK(error.details().exception_text.empty());
}

TEST_CASE("A4: an inferpool error thrown by the model is the model's failure, not the pool's") {
  FaultyPool pool(faulty_settings(1));
  const Error error = error_of(pool.try_infer(command(Deed::kThrowError)));
  CHECK(error.code() == ErrorCode::kModelFailed);
  CHECK(error.details().exception_type == "inferpool::Error");
  CHECK_THAT(error.details().exception_text, contains("a text of the model's own"));
}

TEST_CASE("A4: of many calls at once only those whose model threw fail") {
  FaultyPool pool(faulty_settings(2));
  std::vector<std::future<Report>> good;
  std::vector<std::future<Report>> bad;
  for (int i = 0; i < 20; ++i) {
    good.push_back(pool.submit(command(Deed::kAnswer, "", i)));
    bad.push_back(pool.submit(command(Deed::kThrow)));
  }
  for (int i = 0; i < 20; ++i) {
    CHECK(good[static_cast<std::size_t>(i)].get().number == i);
    CHECK(error_of(bad[static_cast<std::size_t>(i)]).code() == ErrorCode::kModelFailed);
  }
  CHECK(pool.stats().deaths == 0);
}

TEST_CASE(
    "A8: a request whose worker is killed while it runs fails with pid, signal and phase, and "
    "others "
    "are untouched") {
  const ScratchFolder folder;
  FaultyPool pool(faulty_settings(2));
  HeldCall first(pool, folder / "first");
  HeldCall second(pool, folder / "second");
  const auto workers = pool.stats().workers;
  const int victim = workers[0].pid;
  REQUIRE(::kill(victim, SIGKILL) == 0);

  // The pool chooses which of the two calls worker 0 gets.
  auto& lost = eventually([&] {
                 return first.future().wait_for(0s) == std::future_status::ready ||
                        second.future().wait_for(0s) == std::future_status::ready;
               }) && first.future().wait_for(0s) == std::future_status::ready
                   ? first
                   : second;
  auto& other = &lost == &first ? second : first;
  const Error error = error_of(lost.future());
  CHECK(error.code() == ErrorCode::kWorkerLost);
  CHECK(error.phase() == Phase::kRunning);
  CHECK(error.details().pid == victim);
  CHECK(error.details().worker_index == 0);
  CHECK(error.details().signal == SIGKILL);
  CHECK_FALSE(error.details().exit_status.has_value());
  CHECK_THAT(error.what(),
             contains("killed by signal 9 (SIGKILL)") && contains(std::to_string(victim)));

  other.release();
  CHECK(other.future().get().pid == workers[1].pid);
}

TEST_CASE("A8: a worker that aborts, faults or exits is reported with its signal or exit status") {
  FaultyPool pool(faulty_settings(1));
  struct Row {
    Command command;
    std::optional<int> signal, status;
  };
  const std::vector<Row> rows{
      {command(Deed::kAbort), SIGABRT, {}},       {command(Deed::kSegfault), SIGSEGV, {}},
      {command(Deed::kExitAtOnce, "", 0), {}, 0}, {command(Deed::kExitAtOnce, "", 7), {}, 7},
      {command(Deed::kExit, "", 0), {}, 0},       {command(Deed::kExit, "", 3), {}, 3}};
  std::uint64_t deaths = 0;
  for (const Row& row : rows) {
    const Error error = error_of(pool.try_infer(row.command));
    CHECK(error.code() == ErrorCode::kWorkerLost);
    CHECK(error.phase() == Phase::kRunning);
    CHECK(error.details().signal == row.signal);
    CHECK(error.details().exit_status == row.status);
    ++deaths;
    CHECK(pool.stats().deaths == deaths);
  }
  CHECK(pool.infer(command(Deed::kAnswer)).generation == 1 + static_cast<int>(deaths));
}

TEST_CASE("A8: the error carries the last 4 KiB that the worker wrote to stderr") {
  FaultyPool pool(faulty_settings(1));
  const Error few = error_of(pool.try_infer(command(Deed::kComplainAndKill, "", 0)));
  CHECK(few.details().stderr_tail == "the last words\n");

  const Error many = error_of(pool.try_infer(command(Deed::kComplainAndKill, "", 50'000)));
  CHECK(many.details().stderr_tail.size() == 4096);
  CHECK_THAT(many.details().stderr_tail, contains(".the last words\n"));
}

TEST_CASE("A8: the error says what the worker had used") {
  FaultyPool pool(faulty_settings(1));
  constexpr std::int64_t kTouched = 64 << 20;
  const auto start = std::chrono::steady_clock::now();
  const Error error = error_of(pool.try_infer(command(Deed::kToilAndKill, "", kTouched)));
  const auto elapsed = std::chrono::steady_clock::now() - start;
  REQUIRE(error.details().usage);
  const ResourceUsage used = *error.details().usage;
  CHECK(used.user_time + used.system_time >= 190ms);
  CHECK(used.user_time + used.system_time < 2 * elapsed + 60s);
  CHECK(used.max_resident >= kTouched);
}

TEST_CASE("A request that was not started when its worker was killed runs on another worker") {
  FaultyPool pool(faulty_settings(2));
  // The idle worker that served last gets the next call.
  const int stopped_pid = pool.infer(command(Deed::kAnswer)).pid;
  REQUIRE(::kill(stopped_pid, SIGSTOP) == 0);
  REQUIRE(eventually([&] { return stopped(stopped_pid); }));
  auto future = pool.submit(command(Deed::kAnswer, "", 5));
  REQUIRE(::kill(stopped_pid, SIGKILL) == 0);
  const Report report = future.get();
  CHECK(report.number == 5);
  CHECK(report.pid != stopped_pid);
  CHECK(pool.stats().retried == 1);
}

TEST_CASE("A request that was not started when its worker exited with 0 runs on the successor") {
  const ScratchFolder folder;
  FaultyPool pool(faulty_settings(1));
  auto running = pool.submit(command(Deed::kHoldThenExit, folder / "running", 0));
  REQUIRE(eventually([&] { return exists(folder / "running"); }));
  std::vector<std::future<Report>> behind;
  for (int i = 0; i < 3; ++i) behind.push_back(pool.submit(command(Deed::kAnswer, "", i)));
  write_file(folder / "running.go");

  const Error error = error_of(running);
  CHECK(error.code() == ErrorCode::kWorkerLost);
  CHECK(error.details().exit_status == 0);
  for (int i = 0; i < 3; ++i) {
    const Report report = behind[static_cast<std::size_t>(i)].get();
    CHECK(report.number == i);
    CHECK(report.generation == 2);
  }
}

TEST_CASE(
    "With retry = never a request that its worker had not started is lost, and the error says so") {
  const ScratchFolder folder;
  FaultyPool pool(faulty_settings(1));
  HeldCall running(pool, folder / "running");
  auto behind = pool.submit(command(Deed::kAnswer), {.retry = Retry::kNever});
  REQUIRE(eventually([&] { return pool.stats().workers[0].in_flight == 2; }));
  REQUIRE(::kill(pool.stats().workers[0].pid, SIGKILL) == 0);
  const Error error = error_of(behind);
  CHECK(error.code() == ErrorCode::kWorkerLost);
  CHECK(error.phase() == Phase::kQueued);
  CHECK(error_of(running.future()).phase() == Phase::kRunning);
}

TEST_CASE("With retry = always a request whose worker died runs once more") {
  const ScratchFolder folder;
  FaultyPool pool(faulty_settings(2));
  HeldCall call(pool, folder / "call", {.retry = Retry::kAlways});
  const auto workers = pool.stats().workers;
  const auto busy =
      std::ranges::find_if(workers, [](const WorkerStats& w) { return w.in_flight == 1; });
  REQUIRE(busy != workers.end());
  REQUIRE(::kill(busy->pid, SIGKILL) == 0);
  call.release();
  CHECK(call.future().get().pid != busy->pid);
  CHECK(pool.stats().retried == 1);
}

TEST_CASE("A request that ends two workers is poisoned, and ends no third one") {
  FaultyPool pool(faulty_settings(3));
  const Error error =
      error_of(pool.try_infer(command(Deed::kComplainAndKill), {.retry = Retry::kAlways}));
  CHECK(error.code() == ErrorCode::kPoisonedRequest);
  CHECK(error.phase() == Phase::kRunning);
  CHECK(error.details().signal == SIGKILL);
  CHECK(error.details().stderr_tail == "the last words\n");
  CHECK(pool.stats().deaths == 2);
  REQUIRE(ready_again(pool, 2));
  CHECK(pool.stats().deaths == 2);
}

TEST_CASE("With concurrency, an exception in one thread leaves the runs of the others alone") {
  const ScratchFolder folder;
  Settings settings = faulty_settings(1);
  settings.concurrency = 2;
  FaultyPool pool(settings);
  HeldCall held(pool, folder / "held");
  for (int i = 0; i < 10; ++i)
    CHECK(error_of(pool.try_infer(command(Deed::kThrow))).code() == ErrorCode::kModelFailed);
  held.release();
  CHECK(held.future().get().generation == 1);
}
