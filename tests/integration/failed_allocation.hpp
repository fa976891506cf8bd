// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <future>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "catch.hpp"
#include "integration/faulty_calls.hpp"
#include "shims/failing_new.hpp"

// Each allocation of a thread fails in turn, and then all of them. Meanwhile each call ends with
// its answer or a typed error, and the pool goes on.
namespace inferpool::test {

using Which = FailingNew::Which;

inline constexpr const char* kDone = "inferpool-done";
inline constexpr const char* kWatch = "inferpool-watch";
inline constexpr const char* kSpawn = "inferpool-spawn";
inline constexpr const char* kCaller = "";
inline constexpr long kMost = 2000;  // allocations of one step

inline Settings quick_settings(int workers = 1) {
  Settings settings = faulty_settings(workers);
  settings.restart_backoff = {.first = 1ms, .limit = 5ms, .breaker = 1000};
  settings.poison_memory = 0s;
  settings.inherit_env = std::vector<std::string>();  // fewer allocations to fail
  return settings;
}

// Checks that the pool answers again, and that nothing is left of the calls before.
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
// fails, until act() makes fewer allocations. Then calls it once while all allocations fail.
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

// The error of a call; none: it was answered. Fails the test if the future is not ready in time.
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

// Made before any allocation fails.
inline const std::set<ErrorCode> kNoMemory{ErrorCode::kOutOfMemory};
inline const std::set<ErrorCode> kNoWorker{ErrorCode::kDeadlineExceeded, ErrorCode::kUnavailable};
inline const std::set<ErrorCode> kClosed{ErrorCode::kStopped, ErrorCode::kOutOfMemory};
inline const Command kGood = command(Deed::kAnswer);

}  // namespace inferpool::test
