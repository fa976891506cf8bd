// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "unit/ipc/channel_ends.hpp"
#include "unit/ipc/counted_wakes.hpp"

namespace inferpool::ipc {
namespace {

using namespace std::chrono_literals;
using test::BusyChannel;
using test::CountedWakes;
using test::serve_one;

// A number from which a test soon reaches the wrap.
constexpr std::uint32_t kNearWrap = kSequenceMask - 200;

// Runs `body(caller)` in that many threads; each returns the number of its faults.
template <typename Body>
int in_threads(int count, Body body) {
  std::atomic<int> faults{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < count; ++i) threads.emplace_back([&, i] { faults += body(i); });
  }
  return faults;
}

TEST_CASE("requests and replies meet in each slot, lap after lap") {
  const std::uint32_t first = GENERATE(1U, kNearWrap);
  BusyChannel channel(0ns, first);
  for (std::uint64_t id = 1; id <= 500; ++id) {
    const std::uint32_t sequence = channel.post(id);
    REQUIRE_FALSE(channel.host.answered(sequence));
    REQUIRE(serve_one(channel.worker));
    REQUIRE(channel.host.answered(sequence));
    REQUIRE(channel.collect(sequence, id));
  }
}

TEST_CASE("a full ring is served in order, and then takes as many again") {
  BusyChannel channel;
  for (std::uint64_t lap = 0; lap < 3; ++lap) {
    std::vector<std::uint32_t> posted;
    for (std::uint64_t i = 0; i < kRingSlots; ++i) posted.push_back(channel.post(lap * 100 + i));
    REQUIRE_FALSE(channel.host.has_room());
    for (std::uint64_t i = 0; i < kRingSlots; ++i) {
      REQUIRE(serve_one(channel.worker, [&](std::uint64_t id) { REQUIRE(id == lap * 100 + i); }));
      REQUIRE(channel.host.answered(posted[i]));
    }
    REQUIRE_FALSE(channel.host.has_room());
    for (std::uint64_t i = 0; i < kRingSlots; ++i)
      REQUIRE(channel.collect(posted[i], lap * 100 + i));
  }
}

TEST_CASE("a worker that was busy for laps finds the one request that was not recalled") {
  BusyChannel channel(0ns, kNearWrap);
  for (std::uint64_t id = 1; id <= 1000; ++id) REQUIRE(channel.take_back(channel.post(id)));
  const std::uint32_t sequence = channel.post(1001);
  REQUIRE(serve_one(channel.worker));
  REQUIRE(channel.collect(sequence, 1001));
}

TEST_CASE("every caller gets the answer to its own request") {
  const auto spin = GENERATE(as<std::chrono::nanoseconds>{}, 0ns, 50us);
  const int serving = GENERATE(1, 2);
  constexpr std::uint64_t kCalls = 2000;
  BusyChannel channel(spin, kNearWrap);
  channel.start_serving(serving);
  const int wrong = in_threads(3, [&](int caller) {
    int faults = 0;
    for (std::uint64_t i = 0; i < kCalls; ++i) {
      faults += channel.call(static_cast<std::uint64_t>(caller) * kCalls + i) ? 0 : 1;
    }
    return faults;
  });
  REQUIRE(wrong == 0);
}

TEST_CASE("each request is either begun or recalled: never both, never neither") {
  const int serving = GENERATE(1, 2);
  constexpr std::uint64_t kCallers = 2;
  constexpr std::uint64_t kCalls = 8000;
  std::vector<std::atomic<int>> begun(kCallers * kCalls);
  std::atomic<int> recalled{0};
  BusyChannel channel(50us, kNearWrap);
  channel.start_serving(serving, [&](std::uint64_t id) { ++begun[id]; });
  const int wrong = in_threads(kCallers, [&](int caller) {
    int faults = 0;
    for (std::uint64_t i = 0; i < kCalls; ++i) {
      const std::uint64_t id = static_cast<std::uint64_t>(caller) * kCalls + i;
      const std::uint32_t sequence = channel.post(id);
      for (std::uint64_t pause = 0; pause < i % 64 * 8; ++pause) cpu_relax();
      if (channel.take_back(sequence)) {
        ++recalled;
        --begun[id];
        continue;
      }
      channel.await(sequence);
      faults += channel.collect(sequence, id) ? 0 : 1;
    }
    return faults;
  });
  channel.close();
  REQUIRE(wrong == 0);
  // 1: begun and answered; -1: recalled and not begun.
  int answered = 0;
  for (const auto& count : begun) {
    REQUIRE((count == 1 || count == -1));
    answered += count == 1 ? 1 : 0;
  }
  REQUIRE(answered + recalled == static_cast<int>(kCallers * kCalls));
}

TEST_CASE("a request that runs long stops no other, and keeps its slot") {
  constexpr std::uint64_t kSlow = 777'777;
  std::atomic<bool> running{false};
  std::atomic<bool> go_on{false};
  BusyChannel channel(0ns, kNearWrap);
  channel.start_serving(2, [&](std::uint64_t id) {
    if (id != kSlow) return;
    running = true;
    go_on.wait(false);
  });
  const std::uint32_t slow = channel.post(kSlow);
  while (!running) std::this_thread::yield();
  int wrong = 0;
  for (std::uint64_t id = 1; id <= 1000; ++id) wrong += channel.call(id) ? 0 : 1;
  CHECK_FALSE(channel.host.answered(slow));
  go_on = true;
  go_on.notify_all();
  channel.await(slow);
  REQUIRE(wrong == 0);
  REQUIRE(channel.collect(slow, kSlow));
}

TEST_CASE("no wake-up is lost if both sides sleep each time") {
  const int serving = GENERATE(1, 2);
  const CountedWakes counted;
  BusyChannel channel;
  channel.start_serving(serving);
  int wrong = 0;
  for (std::uint64_t id = 0; id < 5000; ++id) wrong += channel.call(id) ? 0 : 1;
  REQUIRE(wrong == 0);
  REQUIRE(counted.lost == 0);
}

TEST_CASE("a closed channel answers what was posted before, and its threads leave") {
  const auto spin = GENERATE(as<std::chrono::nanoseconds>{}, 0ns, 50us);
  const CountedWakes counted;
  for (int round = 0; round < 200; ++round) {
    BusyChannel channel(spin);
    channel.start_serving(2);
    std::array<std::uint32_t, 3> posted{};
    for (std::size_t i = 0; i < posted.size(); ++i) posted[i] = channel.post(i);
    channel.close();
    REQUIRE(counted.lost == 0);
    for (std::size_t i = 0; i < posted.size(); ++i) {
      REQUIRE(channel.host.answered(posted[i]));
      REQUIRE(channel.collect(posted[i], i));
    }
  }
}

TEST_CASE("closing wakes every thread that sleeps") {
  const CountedWakes counted;
  BusyChannel channel;
  channel.start_serving(3);
  while (channel.control->worker.parked != 3) std::this_thread::yield();
  channel.close();
  REQUIRE(counted.lost == 0);
}

}  // namespace
}  // namespace inferpool::ipc
