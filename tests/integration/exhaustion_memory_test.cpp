// SPDX-License-Identifier: Apache-2.0
// Loans, queued payloads and held outputs use up the shared memory, or address space is short.
#include <sys/resource.h>

#include <atomic>
#include <fstream>
#include <optional>
#include <thread>

#include "catch.hpp"
#include "integration/actor_calls.hpp"
#include "integration/limit.hpp"
#include "integration/processes.hpp"
#include "workers/echo.hpp"

namespace inferpool::test {
namespace {

constexpr std::int64_t k64KiB = 64 * 1024 / sizeof(float);

Settings small(const std::string& worker, int workers = 1) {
  Settings settings = settings_for(worker, workers);
  settings.shared_memory_limit = 8 * kMiB;  // 4 MiB for requests and loans
  return settings;
}

void check_figures(const Error& error, std::uint64_t asked) {
  INFO(error.what());
  CHECK(error.code() == ErrorCode::kOutOfMemory);
  CHECK_THAT(error.what(), contains("shared_memory_limit"));
  CHECK_THAT(error.what(), contains("of " + std::to_string(asked) + " bytes does not fit"));
  CHECK_THAT(error.what(), contains("of 4194304 bytes"));
}

// All bytes that this process has mapped.
rlim_t address_space() {
  std::ifstream file("/proc/self/statm");
  rlim_t pages = 0;
  file >> pages;
  return pages * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE));
}

// Submits calls until the pool refuses one, and takes that one from `calls`.
template <typename Ask>
Error ask_until_refused(Pool<Actor>& pool, std::vector<std::future<Response>>& calls, Ask ask) {
  const std::uint64_t failed = pool.stats().failed;
  while (pool.stats().failed == failed && calls.size() < 1'000)
    calls.push_back(ask(static_cast<float>(calls.size())));
  Error error = error_of([&] { return calls.back().get(); });
  calls.pop_back();
  return error;
}

TEST_CASE(
    "waiting payloads use up the shared memory before the queue is full, and all of it is free "
    "again once they are answered") {
  Pool<Actor> pool(small("actor_worker"));
  for (int round = 0; round < 3; ++round) {
    OwnGate gate;
    std::vector<std::future<Response>> calls;
    const auto ask = [&](float value) {
      return pool.submit(gate.pass({{"x", floats(k64KiB, value)}}));
    };
    check_figures(ask_until_refused(pool, calls, ask), 64 * 1024);
    CHECK(calls.size() == 64);
    check_figures(error_of([&] { return pool.loan<float>({k64KiB}); }), 64 * 1024);

    gate.open();
    for (std::size_t i = 0; i < calls.size(); ++i)
      CHECK(all_equal(calls[i].get()["x"].values<float>(), static_cast<float>(i)));
    CHECK(eventually([&] { return pool.stats().payload_in_flight == 0; }));
  }
}

TEST_CASE("a queue that is full before the shared memory gives queue_full with its figures") {
  Settings settings = small("actor_worker");
  settings.max_queue_size = 50;
  Pool<Actor> pool(settings);
  OwnGate gate;
  std::vector<std::future<Response>> calls;
  const auto ask = [&](float value) {
    return pool.submit(gate.pass({{"x", floats(1'000, value)}}));
  };
  const Error error = ask_until_refused(pool, calls, ask);
  CHECK(error.code() == ErrorCode::kQueueFull);
  CHECK_THAT(error.what(), contains("50 requests wait") && contains("max_queue_size is 50"));
  gate.open();
  for (std::size_t i = 0; i < calls.size(); ++i)
    CHECK(all_equal(calls[i].get()["x"].values<float>(), static_cast<float>(i)));
  CHECK(pool.infer(act("echo", {}, {{"x", floats(1'000, 2)}}))["x"] == floats(1'000, 2));
  CHECK(eventually([&] { return pool.stats().payload_in_flight == 0; }));
}

TEST_CASE("a payload that does not fit while the queue drains fits once the queue is empty") {
  Pool<Actor> pool(small("actor_worker"));
  OwnGate gate;
  std::vector<std::future<Response>> calls;
  for (int i = 0; i < 60; ++i) calls.push_back(pool.submit(gate.pass({{"x", floats(k64KiB, 1)}})));
  const auto ask = [&] { return pool.try_infer(act("echo", {}, {{"x", floats(8 * k64KiB, 5)}})); };
  check_figures(ask().error(), 8 * 64 * 1024);
  REQUIRE(gate.reached_by(1));
  gate.open();
  CHECK(eventually([&] {
    const auto result = ask();
    return result && (*result)["x"] == floats(8 * k64KiB, 5);
  }));
}

TEST_CASE("whatever sizes used the memory up and whoever held them, the largest fits again") {
  Pool<Echo> pool(small("echo_worker"));
  const auto most = static_cast<std::int64_t>(*pool.settings().max_payload / sizeof(float));
  std::atomic<int> refused{0};
  const auto hold = [&](unsigned seed) {
    for (int round = 0; round < 10; ++round) {
      std::vector<Tensor> loans;
      try {
        for (;;) {
          seed = seed * 1664525 + 1013904223;
          loans.push_back(pool.loan<float>({1 + static_cast<std::int64_t>(seed >> 8) % k64KiB}));
          if ((seed >> 16) % 4 != 0) continue;  // a quarter is released at once
          loans.erase(loans.begin() + static_cast<std::ptrdiff_t>((seed >> 8) % loans.size()));
        }
      } catch (const Error& error) {
        if (error.code() == ErrorCode::kOutOfMemory) ++refused;
      }
    }
  };
  std::vector<std::thread> threads;
  for (unsigned seed = 1; seed <= 4; ++seed) threads.emplace_back(hold, seed);
  for (std::thread& thread : threads) thread.join();
  CHECK(refused == 40);
  CHECK(pool.stats().payload_in_flight == 0);
  std::vector<Tensor> largest;
  while (largest.size() < 4 * kMiB / (static_cast<std::uint64_t>(most) * sizeof(float)))
    largest.push_back(pool.loan<float>({most}));
  CHECK(pool.stats().payload_in_flight >= 4 * kMiB - 4096);
}

TEST_CASE(
    "outputs held beyond a worker's whole memory are copies in the host's own, "
    "and views again once they are dropped") {
  Settings settings = small("echo_worker");
  Pool<Echo> pool(settings);
  // Each has 1 MiB of 4 MiB: two are views, the others are copies.
  std::vector<Tensor> held;
  for (int i = 0; i < 12; ++i)
    held.push_back(pool.infer(floats(16 * k64KiB, static_cast<float>(i))));
  for (std::size_t i = 0; i < held.size(); ++i)
    CHECK(all_equal(held[i].values<float>(), static_cast<float>(i)));
  held.clear();
  CHECK(pool.infer(floats(16 * k64KiB, 1)) == floats(16 * k64KiB, 1));
}

TEST_CASE(
    "a host without address space for the regions gets an error that says so, and keeps none of "
    "them") {
  const Footprint before;
  Settings settings = settings_for("echo_worker", 2);
  settings.shared_memory_limit = 4096 * kMiB;
  for (const std::uint64_t room : {16 * kMiB, 1024 * kMiB, 2100 * kMiB, 3100 * kMiB}) {
    const rlim_t limit = address_space() + room;
    std::optional<Error> error;
    {
      const Limit few(RLIMIT_AS, limit);
      error = error_of([&] { return Pool<Echo>(settings).infer(floats(1, 1)); });
    }
    INFO(error->what());
    CHECK(error->code() == ErrorCode::kStartupFailed);
    CHECK_THAT(error->what(), contains("shared_memory_limit") && contains("RLIMIT_AS") &&
                                  contains(std::to_string(limit)));
    CHECK(Footprint() == before);
  }
  CHECK(Pool<Echo>(settings).infer(floats(1, 1)) == floats(1, 1));
}

TEST_CASE("a worker whose address space is too small does not start, and says why") {
  const std::uint64_t limit = GENERATE(1 * kMiB, 16 * kMiB, 64 * kMiB, 256 * kMiB);
  CAPTURE(limit);
  const Footprint before;
  Settings settings = settings_for("echo_worker", 1);
  settings.shared_memory_limit = 2048 * kMiB;
  settings.rlimits = {{"as", limit}};
  const Error error = error_of([&] { return Pool<Echo>(settings).infer(floats(1, 1)); });
  CHECK(error.code() == ErrorCode::kStartupFailed);
  CHECK((error.details().signal || error.details().exit_status.value_or(0) != 0 ||
         std::string(error.what()).find("cannot be run") != std::string::npos));
  CHECK(Footprint() == before);
}

}  // namespace
}  // namespace inferpool::test
