// SPDX-License-Identifier: Apache-2.0
// Each limit against each way to be stuck: the worker is stopped, its model loops for ever, or its
// threads wait for each other.
#include <thread>

#include "catch.hpp"
#include "integration/faulty_pool.hpp"

using namespace inferpool;
using namespace inferpool::test;

namespace {

using Clock = std::chrono::steady_clock;

// Generous, for a busy machine; still far below what the worker would take by itself.
constexpr auto kSoon = 10s;

struct Stuck {
  const char* how;
  Deed deed;
};

Stuck any() {
  return GENERATE(Stuck{"SIGSTOP", Deed::kStop}, Stuck{"an endless loop", Deed::kSpinForever},
                  Stuck{"a deadlock", Deed::kDeadlock});
}

// Its worker is killed, after `least` and soon; the successor answers.
void check_replaced(FaultyPool& pool, int pid, Clock::time_point start, Duration least,
                    const char* why) {
  REQUIRE(ready_again(pool, 1));
  CHECK(Clock::now() - start >= least);
  CHECK(Clock::now() - start < kSoon);
  CHECK_FALSE(running(pid));
  CHECK_THAT(pool.health().last_failure->what(), contains(why));
  CHECK(pool.infer(command(Deed::kAnswer, "", 3)).generation == 2);
}

}  // namespace

TEST_CASE("B5: a worker that runs past its deadline is killed after cancel_grace and replaced") {
  const Stuck stuck = any();
  CAPTURE(stuck.how);
  const bool asynchronous = GENERATE(false, true);
  Settings settings = faulty_settings(1);
  settings.cancel_grace = 200ms;
  FaultyPool pool(settings);
  const int pid = pool.stats().workers[0].pid;
  const auto start = Clock::now();
  const InferOptions options{.timeout = 500ms};
  std::future<Report> future;
  if (asynchronous) future = pool.submit(command(stuck.deed), options);
  const Error error =
      asynchronous ? error_of(future) : error_of(pool.try_infer(command(stuck.deed), options));
  CHECK(error.code() == ErrorCode::kDeadlineExceeded);
  CHECK(error.phase() == Phase::kRunning);
  CHECK(Clock::now() - start >= 500ms);
  check_replaced(pool, pid, start, 700ms, "cancel_grace");
}

TEST_CASE("A deadline in the queue ends a call behind one that is stuck, and it never runs") {
  const Stuck stuck = any();
  CAPTURE(stuck.how);
  const ScratchFolder folder;
  Settings settings = faulty_settings(1);
  settings.drain_timeout = 200ms;
  FaultyPool pool(settings);
  std::stop_source source;
  auto first = pool.submit(command(stuck.deed, folder / "first"), {.stop = source.get_token()});
  REQUIRE(eventually([&] { return exists(folder / "first"); }));
  auto ahead = pool.submit(command(Deed::kAnswer, folder / "ahead"), {.timeout = 200ms});
  auto queued = pool.submit(command(Deed::kAnswer, folder / "queued"), {.timeout = 200ms});
  const Error direct =
      error_of(pool.try_infer(command(Deed::kAnswer, folder / "direct"), {.timeout = 200ms}));
  for (const Error& error : {error_of(ahead), error_of(queued), direct}) {
    CHECK(error.code() == ErrorCode::kDeadlineExceeded);
    CHECK(error.phase() == Phase::kQueued);
  }
  CHECK(pool.stats().deaths == 0);  // nothing limits the one that is stuck
  for (const char* name : {"ahead", "queued", "direct"}) CHECK_FALSE(exists(folder / name));
  source.request_stop();
  CHECK(error_of(first).code() == ErrorCode::kCancelled);
}

TEST_CASE("A stop_token ends a call whose worker is stuck, which is killed after cancel_grace") {
  const Stuck stuck = any();
  CAPTURE(stuck.how);
  const bool asynchronous = GENERATE(false, true);
  const ScratchFolder folder;
  Settings settings = faulty_settings(1);
  settings.cancel_grace = 200ms;
  FaultyPool pool(settings);
  const int pid = pool.stats().workers[0].pid;
  std::stop_source source;
  const auto start = Clock::now();
  const std::jthread canceller([&] {
    if (eventually([&] { return exists(folder / "run"); })) source.request_stop();
  });
  const Command run = command(stuck.deed, folder / "run");
  const InferOptions options{.stop = source.get_token()};
  std::future<Report> future;
  if (asynchronous) future = pool.submit(run, options);
  const Error error = asynchronous ? error_of(future) : error_of(pool.try_infer(run, options));
  CHECK(error.code() == ErrorCode::kCancelled);
  CHECK(error.phase() == Phase::kRunning);
  check_replaced(pool, pid, start, 200ms, "cancel_grace");
}

TEST_CASE("A stop_token ends a call in the queue behind one that is stuck") {
  const Stuck stuck = any();
  CAPTURE(stuck.how);
  const ScratchFolder folder;
  Settings settings = faulty_settings(1);
  settings.drain_timeout = 200ms;
  FaultyPool pool(settings);
  std::stop_source source;
  auto first = pool.submit(command(stuck.deed, folder / "first"), {.stop = source.get_token()});
  REQUIRE(eventually([&] { return exists(folder / "first"); }));
  auto ahead = pool.submit(command(Deed::kAnswer, folder / "ahead"), {.stop = source.get_token()});
  auto queued =
      pool.submit(command(Deed::kAnswer, folder / "queued"), {.stop = source.get_token()});
  source.request_stop();
  CHECK(error_of(first).code() == ErrorCode::kCancelled);
  for (auto* future : {&ahead, &queued}) {
    const Error error = error_of(*future);
    CHECK(error.code() == ErrorCode::kCancelled);
    CHECK(error.phase() == Phase::kQueued);
  }
  CHECK_FALSE(exists(folder / "ahead"));
  CHECK_FALSE(exists(folder / "queued"));
}

TEST_CASE("A run longer than hang_timeout loses its worker, and the error says that it hung") {
  const Stuck stuck = any();
  CAPTURE(stuck.how);
  const bool asynchronous = GENERATE(false, true);
  Settings settings = faulty_settings(1);
  settings.hang_timeout = 300ms;
  FaultyPool pool(settings);
  const int pid = pool.stats().workers[0].pid;
  const auto start = Clock::now();
  std::future<Report> future;
  if (asynchronous) future = pool.submit(command(stuck.deed));
  const Error error =
      asynchronous ? error_of(future) : error_of(pool.try_infer(command(stuck.deed)));
  CHECK(error.code() == ErrorCode::kWorkerLost);
  CHECK(error.phase() == Phase::kRunning);
  CHECK(error.details().pid == pid);
  CHECK_THAT(error.what(), contains("hung") && contains("hang_timeout (0.3 s)"));
  check_replaced(pool, pid, start, 300ms, "hung");
}
