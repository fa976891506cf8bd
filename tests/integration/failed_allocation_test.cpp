// SPDX-License-Identifier: Apache-2.0
// Each allocation of each thread of a pool fails in turn, and then all of them, while workers
// answer, die, hang and are recycled. Every call ends with its answer or a typed error, and the
// pool goes on.
#include <atomic>
#include <string>
#include <vector>

#include "catch.hpp"
#include "integration/failed_allocation.hpp"
#include "integration/streamer_calls.hpp"
#include "workers/echo.hpp"

namespace inferpool::test {
namespace {

TEST_CASE("calls end while the thread that completes finds no memory", "[H6]") {
  FaultyPool pool(quick_settings());
  pool.submit(kGood).get();  // now the thread exists
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
  SECTION("a worker that writes before it dies") {
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
    auto next = pool.submit(kGood, {.timeout = 50ms});  // while no worker can be started
    check_end(next, kNoWorker);
  });
}

}  // namespace
}  // namespace inferpool::test
