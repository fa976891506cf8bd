// SPDX-License-Identifier: Apache-2.0
// How a worker waits after the host has said that a request comes soon, or what else wants the
// processors.
#include <atomic>
#include <chrono>
#include <optional>

#include "catch.hpp"
#include "unit/ipc/wanted_processor.hpp"
#include "unit/ipc/worker_end.hpp"

namespace inferpool::ipc {
namespace {

using namespace std::chrono_literals;
using test::Sleeper;
using Worker = test::WorkerEnd;

TEST_CASE("a thread without work sleeps soon beside others, though it may look for an hour") {
  const test::WantedProcessor wanted;
  Worker worker(1h);
  const Rivals rivals = GENERATE(Rivals::kShort, Rivals::kLong);
  worker.control->host.rivals = static_cast<std::uint32_t>(rivals);
  std::optional<std::uint32_t> taken;
  Sleeper thread([&] { taken = worker.ring.take(); });
  worker.until_asleep(thread);
  worker.put(1, Posted::kPosted);
  worker.ring_bell();
  thread.join();
  REQUIRE(taken == 1);
}

TEST_CASE("a thread that is told of a request that does not come sleeps on") {
  Worker worker;
  std::optional<std::uint32_t> taken;
  Sleeper thread([&] { taken = worker.ring.take(); });
  for (int i = 0; i < 3; ++i) {
    worker.until_asleep(thread);
    worker.ring_bell();
  }
  worker.until_asleep(thread);
  worker.put(1, Posted::kPosted);
  worker.ring_bell();
  thread.join();
  REQUIRE(taken == 1);
}

TEST_CASE("a thread that is told of a request looks for it, though it learned to sleep at once") {
  constexpr auto kSpin = 300ms;
  Worker worker(kSpin);
  std::optional<std::uint32_t> taken;
  Sleeper thread([&] { taken = worker.ring.take(); });
  for (bool seen = false; !seen;) {
    worker.until_asleep(thread);  // after a spin in vain
    const core::TimePoint start = core::Clock::now();
    worker.ring_bell();
    while (worker.control->worker.parked != 0 && core::Clock::now() < start + kSpin / 4)
      std::this_thread::yield();
    std::this_thread::sleep_until(start + kSpin / 4);
    const bool looks = worker.control->worker.parked == 0;
    const bool sleeps = thread.is_asleep();
    // Otherwise it may rightly have given up, or has had no processor yet.
    seen = core::Clock::now() - start < kSpin / 2 && (looks || sleeps);
    if (seen) REQUIRE(looks);
  }
  worker.put(1, Posted::kPosted);
  worker.ring_bell();
  thread.join();
  REQUIRE(taken == 1);
}

TEST_CASE("a caller that sleeps on a reply is woken when the reply is announced") {
  Worker worker;
  worker.put(1, Posted::kStarted);
  std::atomic<bool> woken{false};
  Sleeper caller([&] {
    worker.control->request(1).reply_parked = 1;
    const WaitFor wait_for{&worker.control->reply(1).published, 0};
    wait({&wait_for, 1}, std::nullopt);
    woken = true;
  });
  caller.until_asleep();
  const core::TimePoint start = core::Clock::now();
  worker.control->host.rivals = static_cast<std::uint32_t>(Rivals::kLong);
  worker.ring.announce(1);  // does nothing
  REQUIRE_FALSE(woken);
  worker.control->host.rivals = static_cast<std::uint32_t>(Rivals::kNone);
  worker.ring.announce(1);
  caller.join();
  REQUIRE(woken);
  REQUIRE(worker.control->reply(1).published == 0);
  REQUIRE(core::Clock::now() - start < 700ms);
}

}  // namespace
}  // namespace inferpool::ipc
