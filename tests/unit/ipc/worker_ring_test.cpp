// SPDX-License-Identifier: Apache-2.0
#include "ipc/worker_ring.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "catch.hpp"
#include "ipc/wait_word.hpp"
#include "unit/ipc/sleeper.hpp"
#include "unit/ipc/worker_end.hpp"

namespace inferpool::ipc {
namespace {

using namespace std::chrono_literals;
using test::Sleeper;
using Worker = test::WorkerEnd;

TEST_CASE("requests are taken in the order of their numbers, and count as started") {
  Worker worker;
  worker.put(2, Posted::kPosted);
  worker.put(1, Posted::kPosted);
  for (const std::uint32_t sequence : {1U, 2U}) {
    REQUIRE(worker.ring.take() == sequence);
    REQUIRE(worker.control->request(sequence).posted == posted_word(sequence, Posted::kStarted));
    REQUIRE(worker.ring.slot(sequence).call_id == 1000 + sequence);
  }
  REQUIRE(worker.control->worker.consumed == 3);
}

TEST_CASE("a thread that takes alone holds the ring's mutex until it is done") {
  Worker worker;
  RobustMutex& mutex = worker.control->worker.take_mutex;
  const auto is_free = [&] {
    bool locked = false;
    std::thread([&] {
      locked = mutex.try_lock();
      if (locked) mutex.unlock();
    }).join();
    return locked;
  };
  for (const std::uint32_t sequence : {1U, 2U, 3U}) worker.put(sequence, Posted::kPosted);
  {
    const WorkerRing::Alone alone(worker.ring);
    REQUIRE_FALSE(is_free());
    REQUIRE(worker.ring.take() == 1);
    REQUIRE(worker.ring.take() == 2);
    REQUIRE_FALSE(is_free());
  }
  REQUIRE(is_free());
  REQUIRE(worker.ring.take() == 3);
  REQUIRE(is_free());
}

TEST_CASE("recalled requests are passed over") {
  Worker worker;
  for (const std::uint32_t sequence : {1U, 2U, 4U}) worker.put(sequence, Posted::kRecalled);
  for (const std::uint32_t sequence : {3U, 5U}) worker.put(sequence, Posted::kPosted);
  REQUIRE(worker.ring.take() == 3);
  REQUIRE(worker.ring.take() == 5);
  REQUIRE(worker.control->request(4).posted == posted_word(4, Posted::kRecalled));
}

TEST_CASE("numbers whose slots have gone on without the worker are passed over") {
  Worker worker;
  // 1 to 130 were recalled while the worker was busy; the host is two laps ahead.
  for (std::uint32_t sequence = 1; sequence <= 130; ++sequence)
    worker.put(sequence, Posted::kRecalled);
  worker.put(131, Posted::kPosted);
  REQUIRE(worker.ring.take() == 131);
}

TEST_CASE("a number that was not posted yet is waited for, whatever its slot held before") {
  Worker worker;
  worker.control->worker.consumed = 70;
  worker.put(6, Posted::kPosted);  // of the lap before
  worker.put(71, Posted::kPosted);
  std::optional<std::uint32_t> taken;
  Sleeper thread([&] { taken = worker.ring.take(); });
  worker.until_asleep(thread);
  REQUIRE(worker.control->worker.consumed == 70);
  worker.put(70, Posted::kPosted);
  worker.ring_bell();
  thread.join();
  REQUIRE(taken == 70);
}

TEST_CASE("numbers are taken across their wrap") {
  Worker worker;
  worker.control->worker.consumed = kSequenceMask - 1;
  worker.put(kSequenceMask - 1, Posted::kPosted);
  worker.put(kSequenceMask, Posted::kRecalled);
  worker.put(kRingSlots, Posted::kPosted);
  REQUIRE(worker.ring.take() == kSequenceMask - 1);
  REQUIRE(worker.ring.take() == kRingSlots);
  REQUIRE(worker.control->worker.consumed == kRingSlots + 1);
}

TEST_CASE("a thread without work sleeps, says so, and wakes for a request") {
  Worker worker;
  std::optional<std::uint32_t> taken;
  Sleeper thread([&] { taken = worker.ring.take(); });
  worker.until_asleep(thread);
  worker.put(1, Posted::kPosted);
  worker.ring_bell();
  thread.join();
  REQUIRE(taken == 1);
  REQUIRE(worker.control->worker.parked == 0);
}

TEST_CASE("a thread that sleeps wakes in vain for a recalled request, and sleeps on") {
  Worker worker;
  std::optional<std::uint32_t> taken;
  Sleeper thread([&] { taken = worker.ring.take(); });
  worker.until_asleep(thread);
  worker.put(1, Posted::kRecalled);
  worker.ring_bell();
  while (worker.control->worker.consumed != 2) std::this_thread::yield();
  worker.until_asleep(thread);
  worker.put(2, Posted::kPosted);
  worker.ring_bell();
  thread.join();
  REQUIRE(taken == 2);
}

TEST_CASE("the host's wish to close ends all threads, at once and for good") {
  Worker worker;
  std::array<bool, 3> left{};
  std::deque<Sleeper> threads;
  for (bool& done : left) {
    threads.emplace_back([&] { done = !worker.ring.take().has_value(); });
    worker.until_asleep(threads.back(), static_cast<std::uint32_t>(threads.size()));
  }
  const core::TimePoint start = core::Clock::now();
  worker.control->host.closing = 1;
  worker.control->host.doorbell.fetch_add(1);
  wake(&worker.control->host.doorbell, 3);
  for (Sleeper& thread : threads) thread.join();
  REQUIRE(core::Clock::now() - start < 700ms);
  REQUIRE(std::ranges::all_of(left, [](bool done) { return done; }));
  REQUIRE_FALSE(worker.ring.take());
  REQUIRE(worker.ring.closing());
}

TEST_CASE("what was posted before the ring was closed is served") {
  Worker worker;
  worker.put(1, Posted::kPosted);
  worker.put(2, Posted::kRecalled);
  worker.put(3, Posted::kPosted);
  worker.control->host.closing = 1;
  REQUIRE(worker.ring.take() == 1);
  REQUIRE(worker.ring.take() == 3);
  REQUIRE_FALSE(worker.ring.take());
}

TEST_CASE("a published reply lies in the slot of its number, with the request's call") {
  Worker worker;
  worker.put(3, Posted::kStarted);
  const std::string_view text = "answer";
  worker.ring.publish(3, {.frame = std::as_bytes(std::span(text)),
                          .ticket = 6,
                          .generation = 7,
                          .started = 8,
                          .ended = 9});
  const ReplySlot& slot = worker.control->reply(3);
  REQUIRE(slot.published == 3);
  REQUIRE(slot.call_id == 1003);
  REQUIRE(slot.frame_bytes == 6);
  REQUIRE(slot.ticket == 6);
  REQUIRE(slot.generation == 7);
  REQUIRE(slot.started == 8);
  REQUIRE(slot.ended == 9);
  REQUIRE(std::string_view(reinterpret_cast<const char*>(slot.frame.data()), 6) == text);
}

TEST_CASE("a reply may be empty or larger than its slot") {
  Worker worker;
  worker.ring.publish(1, {});
  REQUIRE(worker.control->reply(1).published == 1);
  REQUIRE(worker.control->reply(1).frame_bytes == 0);
  REQUIRE(worker.control->reply(1).ticket == kTickets);
  const std::string large(kInlineFrame + 1, 'z');
  worker.control->reply(2).frame.fill(std::byte{1});
  worker.ring.publish(2, {.frame = std::as_bytes(std::span(large)), .frame_offset = 5});
  REQUIRE(worker.control->reply(2).frame_bytes == kInlineFrame + 1);
  REQUIRE(worker.control->reply(2).frame_offset == 5);
  REQUIRE(worker.control->reply(2).frame.back() == std::byte{1});
}

TEST_CASE("a caller that sleeps on a reply is woken by it") {
  Worker worker;
  worker.put(1, Posted::kStarted);
  const Word& published = worker.control->reply(1).published;
  Sleeper caller([&] {
    worker.control->request(1).reply_parked = 1;
    const WaitFor wait_for{&published, 0};
    while (published.load() == 0) wait({&wait_for, 1}, std::nullopt);
  });
  caller.until_asleep();
  const core::TimePoint start = core::Clock::now();
  worker.ring.publish(1, {});
  caller.join();
  REQUIRE(core::Clock::now() - start < 700ms);
}

}  // namespace
}  // namespace inferpool::ipc
