// SPDX-License-Identifier: Apache-2.0
// One thread makes a pool, calls it, reads its errors and closes it. Each of its allocations fails
// in turn, and then all of them. While the pool is made and closed, allocations of the pool's own
// threads fail, too.
#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "catch.hpp"
#include "integration/failed_allocation.hpp"

namespace inferpool::test {
namespace {

TEST_CASE("an error without memory for its text has its code, and says so", "[H6]") {
  const std::string tail(100, 'x');
  ErrorDetails details;
  details.stderr_tail = tail;
  std::optional<Error> error;
  std::optional<Error> other;
  {
    const FailingNew failing(kCaller, 1, Which::kAllOnwards);
    error.emplace(ErrorCode::kWorkerLost, "worker 0 was killed by signal 9", std::move(details));
    other = error;  // a copy allocates nothing
  }
  for (const auto& each : {error, other}) {
    CHECK(each->code() == ErrorCode::kWorkerLost);
    CHECK(std::string(each->what()) == "worker_lost: there was no memory to say more");
    CHECK(each->details().stderr_tail.empty());
    CHECK(each->phase() == Phase::kNone);
  }
}

TEST_CASE("a call whose own thread finds no memory ends with an error, or does not begin", "[H6]") {
  FaultyPool pool(quick_settings());
  pool.submit(kGood).get();
  const std::set<ErrorCode> allowed{ErrorCode::kOutOfMemory, ErrorCode::kWorkerLost};
  SECTION("infer") {
    fail_each(kCaller, pool, kGood, [&] {
      const auto result = pool.try_infer(kGood);
      const SparedThread spared;
      if (!result) CHECK(result.error().code() == ErrorCode::kOutOfMemory);
    });
  }
  SECTION("infer of an input that ends its worker") {
    fail_each(kCaller, pool, kGood, [&] {
      const auto result = pool.try_infer(command(Deed::kKill));
      const SparedThread spared;
      REQUIRE_FALSE(result);
      CHECK(allowed.contains(result.error().code()));
    });
  }
  SECTION("infer past its deadline") {
    fail_each(kCaller, pool, kGood, [&] {
      const auto result = pool.try_infer(kGood, {.timeout = -1ms});
      const SparedThread spared;
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
      const SparedThread spared;
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
      } catch (const std::bad_alloc&) {  // then no handler is called
      }
      const SparedThread spared;
      REQUIRE(eventually([&] { return called == made; }));
    });
  }
}

TEST_CASE("a pool that cannot be made for want of memory leaves nothing behind", "[H6]") {
  const char* const thread = GENERATE(kCaller, kSpawn, kWatch);
  const Settings settings = quick_settings(2);
  const Footprint before;
  for (const auto which : {Which::kOne, Which::kAllOnwards}) {
    // Another test covers each allocation of a spawn, so steps suffice here.
    for (long n = 1; n < kMost; n += n < 60 ? 1 : 7) {
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
        CHECK(thread == kCaller);  // it failed before the pool's own code ran
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
