// SPDX-License-Identifier: Apache-2.0
// Each allocation of each thread of a pool fails in turn, and then all of them, while workers
// answer, die, hang, are recycled and closed: every call ends with its answer or a typed error, and
// the pool goes on.
#include <signal.h>

#include <atomic>
#include <future>
#include <set>
#include <thread>

#include "catch.hpp"
#include "integration/faulty_pool.hpp"
#include "integration/streaming_pool.hpp"
#include "shims/failing_new.hpp"
#include "workers/echo.hpp"

namespace inferpool::test {
namespace {

using Which = FailingNew::Which;

constexpr const char* kDone = "inferpool-done";
constexpr const char* kWatch = "inferpool-watch";
constexpr const char* kSpawn = "inferpool-spawn";
constexpr const char* kCaller = "";
constexpr long kMost = 2000;  // allocations of one step

Settings quick_settings(int workers = 1) {
  Settings settings = faulty_settings(workers);
  settings.restart_backoff = {.first = 1ms, .limit = 5ms, .breaker = 1000};
  settings.poison_memory = 0s;
  settings.inherit_env = std::vector<std::string>();  // fewer allocations to fail
  return settings;
}

// The pool answers again, and nothing is left of what was before.
template <typename P, typename Input>
void check_goes_on(P& pool, const Input& input) {
  REQUIRE(
      eventually([&] { return static_cast<bool>(pool.try_infer(input, {.timeout = 10s})); }, 30s));
  REQUIRE(eventually([&] { return pool.health().state == PoolState::kReady; }, 30s));
  REQUIRE(eventually([&] { return pool.stats().payload_in_flight == 0; }));
  const Stats stats = pool.stats();
  CHECK(stats.in_flight == 0);
  CHECK(stats.requests == stats.succeeded + stats.failed);
}

// Calls act() again and again, while the first, the second, the third... allocation of the thread
// fails, until there is none so late; then once while all fail.
template <typename P, typename Input, typename Act>
void fail_each(const char* thread, P& pool, const Input& good, const Act& act) {
  for (long n = 1; n < kMost; ++n) {
    CAPTURE(thread, n);
    bool failed = false;
    {
      const FailingNew failing(thread, n, Which::kOne);
      act();
      failed = failing.failed();
    }
    check_goes_on(pool, good);
    if (!failed) break;
  }
  {
    const FailingNew failing(thread, 1, Which::kAllOnwards);
    act();
  }
  check_goes_on(pool, good);
}

// How a call ended, where that is an error. A future that is not ready in time is one that hangs.
template <typename T>
std::optional<Error> end_of(std::future<T>& future) {
  REQUIRE(future.wait_for(30s) == std::future_status::ready);
  try {
    future.get();
  } catch (const Error& error) {
    return error;
  }
  return std::nullopt;
}

template <typename T>
void check_end(std::future<T>& future, const std::set<ErrorCode>& allowed) {
  const std::optional<Error> error = end_of(future);
  if (!error) return;
  CAPTURE(error->what());
  CHECK(allowed.contains(error->code()));
}

template <typename T>
void check_error(std::future<T>& future, ErrorCode due) {
  const std::optional<Error> error = end_of(future);
  REQUIRE(error);
  CAPTURE(error->what());
  CHECK(error->code() == due);
}

// Made before anything fails.
const std::set<ErrorCode> kNoMemory{ErrorCode::kOutOfMemory};
const std::set<ErrorCode> kNoWorker{ErrorCode::kDeadlineExceeded, ErrorCode::kUnavailable};
const std::set<ErrorCode> kClosed{ErrorCode::kStopped, ErrorCode::kOutOfMemory};
const Command kGood = command(Deed::kAnswer);

TEST_CASE("an error for which there is no memory has its code, and says so", "[H6]") {
  const std::string tail(100, 'x');
  ErrorDetails details;
  details.stderr_tail = tail;
  std::optional<Error> error;
  std::optional<Error> other;
  {
    const FailingNew failing(kCaller, 1, Which::kAllOnwards);
    error.emplace(ErrorCode::kWorkerLost, "worker 0 was killed by signal 9", std::move(details));
    other = error;  // copies share what there is
  }
  for (const auto& each : {error, other}) {
    CHECK(each->code() == ErrorCode::kWorkerLost);
    CHECK(std::string(each->what()) == "worker_lost: there was no memory to say more");
    CHECK(each->details().stderr_tail.empty());
    CHECK(each->phase() == Phase::kNone);
  }
}

TEST_CASE("calls end while the thread that completes finds no memory", "[H6]") {
  FaultyPool pool(quick_settings());
  pool.submit(kGood).get();  // the thread is there
  SECTION("an answer") {
    fail_each(kDone, pool, kGood, [&] {
      auto call = pool.submit(kGood);
      check_end(call, kNoMemory);
    });
  }
  SECTION("a model that throws") {
    fail_each(kDone, pool, kGood, [&] {
      auto call = pool.submit(command(Deed::kThrow));
      REQUIRE(end_of(call));
    });
  }
  SECTION("a deadline in the queue") {
    const ScratchFolder folder;
    HeldCall held(pool, folder / "held");
    auto first = pool.submit(kGood, {.timeout = 1ms});
    check_error(first, ErrorCode::kDeadlineExceeded);
    for (const auto which : {Which::kOne, Which::kAllOnwards}) {
      for (long n = 1; n < 20; ++n) {
        const FailingNew failing(kDone, n, which);
        auto call = pool.submit(kGood, {.timeout = 5ms});
        check_error(call, ErrorCode::kDeadlineExceeded);
      }
    }
    held.release();
    held.future().get();
    check_goes_on(pool, kGood);
  }
  SECTION("a worker that dies") {
    fail_each(kDone, pool, kGood, [&] {
      auto call = pool.submit(command(Deed::kKill));
      check_error(call, ErrorCode::kWorkerLost);
    });
  }
}

TEST_CASE("a handler is called once while the thread that completes finds no memory", "[H6]") {
  FaultyPool pool(quick_settings());
  pool.submit(kGood).get();
  std::atomic<int> called{0};
  int made = 0;
  fail_each(kDone, pool, kGood, [&] {
    ++made;
    pool.async_infer(kGood, {}, [&](const Result<Report>&) { ++called; });
    REQUIRE(eventually([&] { return called == made; }));
  });
}

TEST_CASE("calls end and workers are replaced while the thread that watches finds no memory",
          "[H6]") {
  Settings settings = quick_settings();
  SECTION("a worker that dies with words") {
    FaultyPool pool(settings);
    fail_each(kWatch, pool, kGood, [&] {
      auto call = pool.submit(command(Deed::kComplainAndKill, "", 5000));
      check_error(call, ErrorCode::kWorkerLost);
    });
  }
  SECTION("a worker that dies in an answer of parts") {
    Settings streaming = streaming_settings();
    streaming.restart_backoff = settings.restart_backoff;
    streaming.poison_memory = 0s;
    StreamingPool pool(streaming);
    fail_each(kWatch, pool, script(0, Ending::kValue), [&] {
      const Streamed streamed = stream(pool, script(2, Ending::kKill));
      REQUIRE(streamed.error);
      CHECK(streamed.error->code() == ErrorCode::kWorkerLost);
    });
  }
  SECTION("a run that hangs") {
    settings.hang_timeout = 50ms;
    FaultyPool pool(settings);
    fail_each(kWatch, pool, kGood, [&] {
      auto call = pool.submit(command(Deed::kSleepForever));
      check_error(call, ErrorCode::kWorkerLost);
    });
  }
  SECTION("a run that goes on after its deadline") {
    settings.cancel_grace = 10ms;
    FaultyPool pool(settings);
    fail_each(kWatch, pool, kGood, [&] {
      auto call = pool.submit(command(Deed::kSleepForever), {.timeout = 10ms});
      check_error(call, ErrorCode::kDeadlineExceeded);
    });
  }
}

TEST_CASE("a worker is recycled while the thread that watches finds no memory", "[H6]") {
  Settings settings = quick_settings();
  settings.max_requests = 1;
  FaultyPool pool(settings);
  const auto recycled = [&] { return pool.stats().recycled; };
  for (long n = 1; n < kMost; ++n) {
    CAPTURE(n);
    const std::uint64_t before = recycled();
    const FailingNew failing(kWatch, n, Which::kOne);
    REQUIRE(pool.try_infer(kGood));
    REQUIRE(eventually([&] { return recycled() > before; }, 30s));
    if (!failing.failed()) break;
  }
}

TEST_CASE("garbage ends its call while the thread that waits finds no memory", "[H6]") {
  Settings settings = quick_settings();
  settings.extra = R"({"garbage": "call id"})";
  settings.worker = "garbage_worker";
  Pool<Echo> pool(settings);
  const Tensor input = Tensor::from(std::vector<float>(4, 1.0F), {4});
  const auto replaced = [&](std::uint64_t before) {
    return eventually([&] { return pool.stats().deaths > before; }) &&
           eventually([&] { return pool.health().state == PoolState::kReady; });
  };
  for (const char* const thread : {kDone, kCaller}) {
    for (long n = 1; n < kMost; ++n) {
      CAPTURE(thread, n);
      const FailingNew failing(thread, n, Which::kOne);
      const auto result = pool.try_infer(input, {.timeout = 20s});
      if (!failing.failed()) break;
      if (!result) CHECK(result.error().code() != ErrorCode::kDeadlineExceeded);
    }
  }
  CHECK(replaced(0));
  CHECK(pool.stats().in_flight == 0);
}

TEST_CASE("a worker is replaced in the end while the thread that spawns finds no memory", "[H6]") {
  FaultyPool pool(quick_settings());
  fail_each(kSpawn, pool, kGood, [&] {
    auto call = pool.submit(command(Deed::kKill));
    check_error(call, ErrorCode::kWorkerLost);
    auto next = pool.submit(kGood, {.timeout = 50ms});  // as long as none can be started
    check_end(next, kNoWorker);
  });
}

TEST_CASE("a call whose own thread finds no memory ends with an error, or does not begin", "[H6]") {
  FaultyPool pool(quick_settings());
  pool.submit(kGood).get();
  const std::set<ErrorCode> allowed{ErrorCode::kOutOfMemory, ErrorCode::kWorkerLost};
  SECTION("infer") {
    fail_each(kCaller, pool, kGood, [&] {
      const auto result = pool.try_infer(kGood);
      if (!result) CHECK(result.error().code() == ErrorCode::kOutOfMemory);
    });
  }
  SECTION("infer of what ends its worker") {
    fail_each(kCaller, pool, kGood, [&] {
      const auto result = pool.try_infer(command(Deed::kKill));
      REQUIRE_FALSE(result);
      CHECK(allowed.contains(result.error().code()));
    });
  }
  SECTION("infer past its deadline") {
    fail_each(kCaller, pool, kGood, [&] {
      const auto result = pool.try_infer(kGood, {.timeout = -1ms});
      REQUIRE_FALSE(result);
      CHECK(result.error().code() == ErrorCode::kDeadlineExceeded);
    });
  }
  SECTION("submit") {
    fail_each(kCaller, pool, kGood, [&] {
      std::future<Report> call;
      try {
        call = pool.submit(kGood);
      } catch (const std::bad_alloc&) {
        return;
      }
      check_end(call, kNoMemory);
    });
  }
  SECTION("async_infer") {
    std::atomic<int> called{0};
    int made = 0;
    fail_each(kCaller, pool, kGood, [&] {
      try {
        pool.async_infer(kGood, {}, [&](const Result<Report>&) { ++called; });
        ++made;
      } catch (const std::bad_alloc&) {
        CHECK(called <= made);
      }
      REQUIRE(eventually([&] { return called == made; }));
    });
  }
}

TEST_CASE("a pool that cannot be made for want of memory leaves nothing behind", "[H6]") {
  const char* const thread = GENERATE(kCaller, kSpawn, kWatch);
  const Settings settings = quick_settings(2);
  const Footprint before;
  for (const auto which : {Which::kOne, Which::kAllOnwards}) {
    for (long n = 1; n < kMost; n += n < 60 ? 1 : 7) {  // each of a spawn fails elsewhere
      CAPTURE(thread, n);
      bool failed = false;
      bool made = false;
      try {
        const FailingNew failing(thread, n, which);
        Settings copy;
        try {
          copy = settings;
        } catch (const std::bad_alloc&) {
          continue;
        }
        try {
          FaultyPool pool(std::move(copy));
          made = true;
          failed = failing.failed();
        } catch (...) {
          failed = failing.failed();
          throw;
        }
      } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::kStartupFailed);
      } catch (const std::bad_alloc&) {
        CHECK(thread == kCaller);  // before the pool's own code
      }
      CHECK((made || failed));
      REQUIRE(eventually([&] { return Footprint() == before; }));
      if (!failed || (which == Which::kAllOnwards && n > 30)) break;
    }
  }
}

TEST_CASE("a pool closes in time while its threads find no memory", "[H6]") {
  const char* const thread = GENERATE(kDone, kWatch, kSpawn, kCaller);
  Settings settings = quick_settings(2);
  settings.drain_timeout = 100ms;
  const Footprint before;
  for (long n = 1; n < 60; ++n) {
    CAPTURE(thread, n);
    auto pool = std::make_unique<FaultyPool>(settings);
    pool->submit(kGood).get();
    auto stuck = pool->submit(command(Deed::kSleepForever));
    auto idle = pool->submit(kGood);
    bool failed = false;
    {
      const FailingNew failing(thread, n, n % 2 == 0 ? Which::kOne : Which::kAllOnwards);
      pool->close();
      failed = failing.failed();
    }
    check_end(idle, kClosed);
    check_error(stuck, ErrorCode::kStopped);
    pool.reset();
    REQUIRE(eventually([&] { return Footprint() == before; }));
    if (!failed) break;
  }
}

}  // namespace
}  // namespace inferpool::test
