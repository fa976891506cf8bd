// SPDX-License-Identifier: Apache-2.0
// Each limit ends each kind of stuck worker: it is stopped, its model loops forever, or its threads
// are in a deadlock.
#include <thread>

#include "catch.hpp"
#include "integration/faulty_calls.hpp"

using namespace inferpool;
using namespace inferpool::test;

namespace {

using Clock = std::chrono::steady_clock;

// Generous for a busy machine, but far less than the worker would take by itself.
constexpr auto kSoon = 10s;

struct Stuck {
  const char* how;
  Deed deed;
};

Stuck any() {
  return GENERATE(Stuck{"SIGSTOP", Deed::kStop}, Stuck{"an endless loop", Deed::kSpinForever},
                  Stuck{"a deadlock", Deed::kDeadlock});
}

// Checks that the worker is killed after `least`, but soon, and that its successor answers.
void check_replaced(FaultyPool& pool, int pid, Clock::time_point start, Duration least,
                    const char* why) {
  REQUIRE(ready_again(pool, 1));
  CHECK(Clock::now() - start >= least);
  CHECK(Clock::now() - start < kSoon);
  CHECK_FALSE(running(pid));
  CHECK_THAT(pool.health().last_failure->what(), contains(why));
  CHECK(pool.infer(command(Deed::kAnswer, "", 3)).generation == 2);
}

// The error of a blocking or of a submitted call.
Error error_of_call(FaultyPool& pool, bool asynchronous, const Command& command,
                    const InferOptions& options = {}) {
  if (!asynchronous) return error_of(pool.try_infer(command, options));
  auto future = pool.submit(command, options);
  return error_of(future);
}

// A pool whose only worker is stuck in a call that only `source` can end.
struct StuckPool {
  explicit StuckPool(Deed deed) {
    first = pool.submit(command(deed, folder / "first"), {.stop = source.get_token()});
    REQUIRE(eventually([&] { return exists(folder / "first"); }));
  }
  [[nodiscard]] Command marked(const char* name) const {
    return command(Deed::kAnswer, folder / name);
  }
  [[nodiscard]] bool ran(const char* name) const { return exists(folder / name); }
  void leave() {
    source.request_stop();
    CHECK(error_of(first).code() == ErrorCode::kCancelled);
  }

  static Settings settings() {
    Settings result = faulty_settings(1);
    result.drain_timeout = 200ms;
    return result;
  }

  ScratchFolder folder;
  FaultyPool pool{settings()};
  std::stop_source source;
  std::future<Report> first;
};

}  // namespace

TEST_CASE("B5: a worker that runs past its deadline is killed after cancel_grace and replaced") {
  const Stuck stuck = any();
  const bool asynchronous = GENERATE(false, true);
  CAPTURE(stuck.how, asynchronous);
  Settings settings = faulty_settings(1);
  settings.cancel_grace = 200ms;
  Phase phase = Phase::kQueued;  // the deadline passed before the worker got a processor: once more
  for (Duration timeout = 500ms; phase == Phase::kQueued && timeout < 5s; timeout *= 2) {
    FaultyPool pool(settings);
    const int pid = pool.stats().workers[0].pid;
    const auto start = Clock::now();
    const Error error =
        error_of_call(pool, asynchronous, command(stuck.deed), {.timeout = timeout});
    CHECK(error.code() == ErrorCode::kDeadlineExceeded);
    CHECK(Clock::now() - start >= timeout);
    phase = error.phase();
    if (phase == Phase::kRunning) check_replaced(pool, pid, start, timeout + 200ms, "cancel_grace");
  }
  CHECK(phase == Phase::kRunning);
}

TEST_CASE("A deadline in the queue ends a call behind one that is stuck, and it never runs") {
  const Stuck stuck = any();
  CAPTURE(stuck.how);
  StuckPool stuck_pool(stuck.deed);
  FaultyPool& pool = stuck_pool.pool;
  const InferOptions options{.timeout = 200ms};
  auto ahead = pool.submit(stuck_pool.marked("ahead"), options);
  auto queued = pool.submit(stuck_pool.marked("queued"), options);
  const Error direct = error_of(pool.try_infer(stuck_pool.marked("direct"), options));
  for (const Error& error : {error_of(ahead), error_of(queued), direct}) {
    CHECK(error.code() == ErrorCode::kDeadlineExceeded);
    CHECK(error.phase() == Phase::kQueued);
  }
  CHECK(pool.stats().deaths == 0);  // the stuck call has no limit
  for (const char* name : {"ahead", "queued", "direct"}) CHECK_FALSE(stuck_pool.ran(name));
  stuck_pool.leave();
}

TEST_CASE("A stop_token ends a call whose worker is stuck, which is killed after cancel_grace") {
  const Stuck stuck = any();
  const bool asynchronous = GENERATE(false, true);
  CAPTURE(stuck.how, asynchronous);
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
  const Error error = error_of_call(pool, asynchronous, command(stuck.deed, folder / "run"),
                                    {.stop = source.get_token()});
  CHECK(error.code() == ErrorCode::kCancelled);
  CHECK(error.phase() == Phase::kRunning);
  check_replaced(pool, pid, start, 200ms, "cancel_grace");
}

TEST_CASE("A stop_token ends a call in the queue behind one that is stuck") {
  const Stuck stuck = any();
  CAPTURE(stuck.how);
  StuckPool stuck_pool(stuck.deed);
  const InferOptions options{.stop = stuck_pool.source.get_token()};
  auto ahead = stuck_pool.pool.submit(stuck_pool.marked("ahead"), options);
  auto queued = stuck_pool.pool.submit(stuck_pool.marked("queued"), options);
  stuck_pool.leave();
  for (auto* future : {&ahead, &queued}) {
    const Error error = error_of(*future);
    CHECK(error.code() == ErrorCode::kCancelled);
    CHECK(error.phase() == Phase::kQueued);
  }
  CHECK_FALSE(stuck_pool.ran("ahead"));
  CHECK_FALSE(stuck_pool.ran("queued"));
}

TEST_CASE("A run longer than hang_timeout loses its worker, and the error says that it hung") {
  const Stuck stuck = any();
  const bool asynchronous = GENERATE(false, true);
  CAPTURE(stuck.how, asynchronous);
  Settings settings = faulty_settings(1);
  settings.hang_timeout = 1s;
  FaultyPool pool(settings);
  const int pid = pool.stats().workers[0].pid;
  const auto start = Clock::now();
  const Error error = error_of_call(pool, asynchronous, command(stuck.deed));
  CHECK(error.code() == ErrorCode::kWorkerLost);
  CHECK(error.phase() == Phase::kRunning);
  CHECK(error.details().pid == pid);
  CHECK_THAT(error.what(), contains("hung") && contains("hang_timeout (1 s)"));
  check_replaced(pool, pid, start, 1s, "hung");
}
