// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>

#include "catch.hpp"
#include "ipc/layout.hpp"

namespace inferpool::ipc {
namespace {

constexpr std::uint32_t kLast = kSequenceMask;

TEST_CASE("a posted word holds a number and a state") {
  for (const std::uint32_t sequence : {1U, 64U, 12345U, kLast}) {
    for (const Posted state : {Posted::kPosted, Posted::kStarted, Posted::kRecalled}) {
      const std::uint32_t word = posted_word(sequence, state);
      CAPTURE(sequence, word);
      REQUIRE(sequence_of(word) == sequence);
      REQUIRE(state_of(word) == state);
    }
  }
}

TEST_CASE("the number after each number uses the next slot, and is never 0") {
  for (const std::uint32_t sequence : {1U, 63U, 64U, 127U, kLast - 64, kLast - 1, kLast}) {
    const std::uint32_t next = next_sequence(sequence);
    CAPTURE(sequence, next);
    REQUIRE(next != 0);
    REQUIRE(next <= kSequenceMask);
    REQUIRE(next % kRingSlots == (sequence + 1) % kRingSlots);
  }
}

TEST_CASE("a slot reaches a number with that number or a later one, whatever became of it") {
  for (const Posted state : {Posted::kPosted, Posted::kStarted, Posted::kRecalled}) {
    REQUIRE(reached(posted_word(70, state), 70));
    REQUIRE(reached(posted_word(134, state), 70));
    REQUIRE_FALSE(reached(posted_word(6, state), 70));
  }
}

TEST_CASE("a slot that was never used reaches no number") {
  for (const std::uint32_t sequence : {1U, 64U, kSequenceMask / 2, kLast - 10, kLast}) {
    REQUIRE_FALSE(reached(0, sequence));
  }
}

TEST_CASE("numbers are compared across their wrap") {
  const std::uint32_t after = next_sequence(kLast - 63);  // of the same lap as kLast
  REQUIRE(reached(posted_word(kRingSlots, Posted::kPosted), kLast));
  REQUIRE(reached(posted_word(kRingSlots, Posted::kPosted), kRingSlots));
  REQUIRE_FALSE(reached(posted_word(kLast, Posted::kStarted), 2 * kRingSlots - 1));
  REQUIRE_FALSE(reached(posted_word(after - 1, Posted::kStarted), kRingSlots));
}

TEST_CASE("what different sides write lies on different cache lines") {
  REQUIRE(sizeof(WorkerPart) % 128 == 0);
  REQUIRE(sizeof(HostPart) % 128 == 0);
  REQUIRE(offsetof(Control, host) == sizeof(WorkerPart));
  REQUIRE(offsetof(Control, replies) - offsetof(Control, requests) ==
          kRingSlots * sizeof(RequestSlot));
  REQUIRE(sizeof(Control) % 64 == 0);
}

TEST_CASE("numbers find their slot in both rings") {
  const auto control = std::make_unique<Control>();
  REQUIRE(&control->request(1) == &control->requests[1]);
  REQUIRE(&control->request(64) == &control->requests[0]);
  REQUIRE(&control->reply(65) == &control->replies[1]);
  REQUIRE(&control->reply(kLast) == &control->replies[63]);
}

// If they shared sets, they would push each other out of the cache between two uses, and a round
// trip would take half as long again.
TEST_CASE("the first lines of all slots lie in different sets of a cache") {
  constexpr std::size_t kLine = 64;
  constexpr std::size_t kSets = 64;  // of the first-level caches of x86-64 and AArch64
  const auto control = std::make_unique<Control>();
  std::set<std::uintptr_t> requests, replies;
  for (std::uint32_t slot = 0; slot < kRingSlots; ++slot) {
    const auto set_of = [](const void* line) {
      return reinterpret_cast<std::uintptr_t>(line) / kLine % kSets;
    };
    requests.insert(set_of(&control->request(slot)));
    replies.insert(set_of(&control->reply(slot)));
  }
  REQUIRE(requests.size() == kRingSlots);
  REQUIRE(replies.size() == kRingSlots);
}

}  // namespace
}  // namespace inferpool::ipc
