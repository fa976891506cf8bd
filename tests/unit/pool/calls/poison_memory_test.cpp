// SPDX-License-Identifier: Apache-2.0
#include "pool/calls/poison_memory.hpp"

#include "catch.hpp"

namespace inferpool::pool::calls {
namespace {

using namespace std::chrono_literals;

constexpr core::TimePoint kStart{1h};
constexpr Fingerprint kInput{.size = 40, .hash = 7};

// A memory of 10 minutes, and how often it asked for a hash.
struct Memory {
  PoisonMemory memory{10min};
  int hashed = 0;

  void end(const Fingerprint& input, core::TimePoint now, int pid = 1, int deaths = 1) {
    memory.remember(input, deaths, {.index = 0, .pid = pid}, now);
  }
  auto find(const Fingerprint& input, core::TimePoint now) {
    return memory.find(
        input.size,
        [&] {
          ++hashed;
          return input.hash;
        },
        now);
  }
};

TEST_CASE("an input that ended one worker is not poisoned") {
  Memory m;
  m.end(kInput, kStart);
  REQUIRE_FALSE(m.memory.armed());
  REQUIRE_FALSE(m.find(kInput, kStart));
}

TEST_CASE("an input that ended two workers within the window is poisoned, and its last end known") {
  Memory m;
  m.end(kInput, kStart, 71);
  m.end(kInput, kStart + 4min, 72);
  REQUIRE(m.memory.armed());
  const auto found = m.find(kInput, kStart + 5min);
  REQUIRE(found);
  REQUIRE(found->deaths == 2);
  REQUIRE(found->when == kStart + 4min);
  REQUIRE(found->last.pid == 72);
}

TEST_CASE("two ends within one call poison an input at once") {
  Memory m;
  m.end(kInput, kStart, 71, 2);
  REQUIRE(m.find(kInput, kStart));
  REQUIRE_FALSE(m.find(kInput, kStart + 10min));
}

TEST_CASE("each memory hashes by a key of its own", "[H8]") {
  const PoisonMemory first{10min};
  const PoisonMemory second{10min};
  REQUIRE_FALSE(first.key() == second.key());
  REQUIRE_FALSE(first.key() == SipHash::Key{});
}

TEST_CASE("another input is not poisoned, though it has as many bytes or the same hash") {
  Memory m;
  m.end(kInput, kStart);
  m.end(kInput, kStart);
  REQUIRE_FALSE(m.find({.size = 40, .hash = 8}, kStart));
  REQUIRE_FALSE(m.find({.size = 41, .hash = 7}, kStart));
}

TEST_CASE("an input may be run again when one of its two ends is older than the window") {
  Memory m;
  m.end(kInput, kStart);
  m.end(kInput, kStart + 9min);
  REQUIRE(m.find(kInput, kStart + 10min - 1ns));
  REQUIRE_FALSE(m.find(kInput, kStart + 10min));
  REQUIRE_FALSE(m.memory.armed());
  // The other end still counts.
  m.end(kInput, kStart + 10min);
  REQUIRE(m.find(kInput, kStart + 19min - 1ns));
  REQUIRE_FALSE(m.find(kInput, kStart + 19min));
}

TEST_CASE("ends that are further apart than the window poison nothing") {
  Memory m;
  for (int i = 0; i < 5; ++i) m.end(kInput, kStart + i * 10min);
  REQUIRE_FALSE(m.memory.armed());
  REQUIRE_FALSE(m.find(kInput, kStart + 40min));
}

TEST_CASE("no input is hashed while none is poisoned, and only one of that size afterwards") {
  Memory m;
  REQUIRE_FALSE(m.find(kInput, kStart));
  m.end(kInput, kStart);
  REQUIRE_FALSE(m.find(kInput, kStart));
  REQUIRE(m.hashed == 0);
  m.end(kInput, kStart);
  m.end({.size = 99, .hash = 1}, kStart);
  REQUIRE_FALSE(m.find({.size = 99, .hash = 1}, kStart));  // once is not poisoned
  REQUIRE_FALSE(m.find({.size = 41, .hash = 7}, kStart));
  REQUIRE(m.hashed == 0);
  REQUIRE(m.find(kInput, kStart));
  REQUIRE(m.hashed == 1);
  REQUIRE_FALSE(m.find(kInput, kStart + 10min));
  REQUIRE(m.hashed == 1);
}

TEST_CASE("a memory of no time remembers nothing") {
  PoisonMemory memory{0ns};
  REQUIRE_FALSE(memory.enabled());
  for (int i = 0; i < 3; ++i) memory.remember(kInput, 2, {}, kStart);
  REQUIRE_FALSE(memory.armed());
}

TEST_CASE("the input that has been quiet for longest is forgotten first when there are too many") {
  Memory m;
  const auto input = [](std::uint64_t i) { return Fingerprint{.size = 40, .hash = i}; };
  for (std::uint64_t i = 0; i < PoisonMemory::kMost; ++i) {
    m.end(input(i), kStart + std::chrono::milliseconds(i), 1, 2);
  }
  m.end(input(0), kStart + 1s);  // is not quiet
  const core::TimePoint later = kStart + 2s;
  m.end(input(PoisonMemory::kMost), later, 1, 2);
  REQUIRE(m.find(input(PoisonMemory::kMost), later));
  REQUIRE(m.find(input(0), later));
  REQUIRE_FALSE(m.find(input(1), later));
  for (std::uint64_t i = 2; i < PoisonMemory::kMost; ++i) REQUIRE(m.find(input(i), later));
}

}  // namespace
}  // namespace inferpool::pool::calls
