// SPDX-License-Identifier: Apache-2.0
// Every member of a pool, from several threads at once.
#include <atomic>
#include <functional>

#include "catch.hpp"
#include "integration/actor_calls.hpp"
#include "workers/echo.hpp"

namespace inferpool::test {
namespace {

// Calls each member once. False if an answer differs from what was sent.
bool use_everything(Pool<Echo>& pool, float value) {
  const auto same = [value](const Tensor& output) {
    return all_equal(output.values<float>(), value);
  };
  bool right = same(pool.infer(floats(1, value)));
  right = right && same(pool.infer(floats(6'000, value)));
  const auto result = pool.try_infer(floats(100, value));
  right = right && result && same(*result);
  auto future = pool.submit(floats(300, value));
  Tensor loan = pool.loan<float>({500});
  std::ranges::fill(loan.mutable_values<float>(), value);
  right = right && same(pool.infer(loan)) && same(future.get());
  right = right && pool.wait_ready(std::chrono::steady_clock::now() + 10s);
  right = right && pool.stats().requests > 0 && pool.health().state == PoolState::kReady;
  return right && pool.settings().name == "echo";
}

TEST_CASE("every member may be called from several threads at once") {
  const int workers = GENERATE(0, 2);
  Settings settings = settings_for("echo_worker", workers);
  settings.name = "echo";
  Pool<Echo> pool(settings);
  std::vector<std::future<bool>> threads;
  for (int thread = 0; thread < 3; ++thread) {
    threads.push_back(std::async(std::launch::async, [&pool, thread] {
      bool right = true;
      for (int i = 0; i < 100 && right; ++i)
        right = use_everything(pool, static_cast<float>(thread * 1000 + i));
      return right;
    }));
  }
  for (auto& thread : threads) CHECK(thread.get());
  const Stats stats = pool.stats();
  CHECK(stats.requests == 3 * 100 * 5);
  CHECK(stats.succeeded == stats.requests);
  CHECK(stats.in_flight == 0);
}

TEST_CASE(
    "while several threads ask, the pool may be closed by another: each call is answered or "
    "stopped") {
  const int workers = GENERATE(0, 2);
  Pool<Echo> pool(settings_for("echo_worker", workers));
  std::atomic<int> answered{0};
  const auto ask_until_closed = [&]() -> std::string {
    for (;;) {
      try {
        static_cast<void>(pool.submit(floats(10, 1)).get());
        static_cast<void>(pool.infer(floats(1'000, 1)));
        ++answered;
      } catch (const Error& error) {
        return error.what();
      }
    }
  };
  std::vector<std::future<std::string>> threads;
  for (int i = 0; i < 3; ++i) threads.push_back(std::async(std::launch::async, ask_until_closed));
  CHECK(eventually([&] { return answered.load() > 20; }));
  auto other = std::async(std::launch::async, [&] { pool.close(); });
  pool.close();
  other.get();
  for (auto& thread : threads) CHECK_THAT(thread.get(), contains("stopped: "));
  CHECK(pool.stats().in_flight == 0);
}

}  // namespace
}  // namespace inferpool::test
