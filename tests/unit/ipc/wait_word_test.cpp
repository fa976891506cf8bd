// SPDX-License-Identifier: Apache-2.0
#include "ipc/wait_word.hpp"

#include <sys/syscall.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <deque>
#include <optional>
#include <vector>

#include "call_filters.hpp"
#include "catch.hpp"
#include "unit/ipc/denied_call.hpp"
#include "unit/ipc/forked_child.hpp"
#include "unit/ipc/shared_object.hpp"
#include "unit/ipc/sleeper.hpp"

namespace inferpool::ipc {
namespace {

using namespace std::chrono_literals;
using test::ForkedChild;
using test::SharedObject;
using test::Sleeper;

// Well below the second after which a wait ends in any case.
constexpr auto kSoon = 700ms;

template <typename Body>
core::Clock::duration time_of(Body body) {
  const core::TimePoint start = core::Clock::now();
  body();
  return core::Clock::now() - start;
}

void wait_for(const Word& word, std::uint32_t expected, core::Deadline deadline = {}) {
  const WaitFor one{&word, expected};
  wait({&one, 1}, deadline);
}

// A word that threads sleep on until it is raised.
struct Bell {
  Word word{0};
  void sleep() const {
    while (word.load() == 0) wait_for(word, 0);
  }
  void raise() { word.store(1); }
};

TEST_CASE("a wait for a word that has changed already returns at once") {
  const Word word{1};
  REQUIRE(time_of([&] { wait_for(word, 0); }) < kSoon);
  const Word other{5};
  const std::array words{WaitFor{&word, 1}, WaitFor{&other, 4}};
  REQUIRE(time_of([&] { wait(words, std::nullopt); }) < kSoon);
}

TEST_CASE("a wait without words or past its deadline returns at once") {
  const Word word{0};
  REQUIRE(time_of([&] { wait({}, std::nullopt); }) < kSoon);
  REQUIRE(time_of([&] { wait_for(word, 0, core::Clock::now() - 1h); }) < kSoon);
}

TEST_CASE("a wait ends at its deadline, and after a second without one") {
  const Word word{0};
  const Word other{0};
  const std::array two{WaitFor{&word, 0}, WaitFor{&other, 0}};
  const core::TimePoint deadline = core::Clock::now() + 20ms;
  while (core::Clock::now() < deadline) wait_for(word, 0, deadline);  // signals may end one early
  const core::TimePoint next = core::Clock::now() + 20ms;
  REQUIRE(time_of([&] { wait(two, next); }) < kSoon);
  REQUIRE(time_of([&] { wait_for(word, 0); }) < 1500ms);
}

TEST_CASE("a wait says whether it was woken, or ended by itself") {
  std::array<Word, 2> words{};
  const std::array two{WaitFor{&words[0], 0}, WaitFor{&words[1], 0}};
  for (const std::size_t count : {1U, 2U}) {
    const std::span<const WaitFor> some = std::span(two).first(count);
    REQUIRE_FALSE(wait(some, core::Clock::now() + 5ms));
    const std::array changed{WaitFor{&words[0], 1}, WaitFor{&words[1], 1}};
    REQUIRE_FALSE(wait(std::span(changed).first(count), std::nullopt));
    std::atomic<bool> woken{false};
    Sleeper sleeper([&] {
      while (!woken) woken = wait(some, std::nullopt);  // which ends by itself after a second
    });
    sleeper.until_asleep();
    while (!woken) wake(&words[count - 1], 1);
    sleeper.join();
  }
}

TEST_CASE("a wake ends the wait on any of several words") {
  for (const std::size_t woken : {0U, 1U, 2U}) {
    std::array<Word, 3> words{};
    const auto sleep = [&] {
      const std::array waits{WaitFor{&words[0], 0}, WaitFor{&words[1], 0}, WaitFor{&words[2], 0}};
      while (words[woken].load() == 0) wait(waits, std::nullopt);
    };
    Sleeper sleeper(sleep);
    sleeper.until_asleep();
    REQUIRE(time_of([&] {
              words[woken].store(1);
              wake(&words[woken], 1);
              sleeper.join();
            }) < kSoon);
  }
}

TEST_CASE("a wake reaches all that sleep on the word") {
  Bell bell;
  std::deque<Sleeper> sleepers;
  for (int i = 0; i < 3; ++i) sleepers.emplace_back([&] { bell.sleep(); }).until_asleep();
  REQUIRE(time_of([&] {
            bell.raise();
            wake(&bell.word, INT_MAX);
            for (Sleeper& sleeper : sleepers) sleeper.join();
          }) < kSoon);
}

TEST_CASE("a wake reaches another process") {
  const SharedObject<Bell> bell;
  ForkedChild child([&] { return bell->sleep(), 0; });
  test::until_asleep(child.pid(), child.pid());
  REQUIRE(time_of([&] {
            bell->raise();
            wake(&bell->word, 1);
            REQUIRE(child.exit_code() == 0);
          }) < kSoon);
}

TEST_CASE("a change of a word beyond those that the kernel waits for is seen soon") {
  std::vector<Word> words(kMaxWaitFor + 2);
  std::vector<WaitFor> waits;
  for (const Word& word : words) waits.push_back({&word, 0});
  Sleeper sleeper([&] {
    while (words.back().load() == 0) wait(waits, std::nullopt);
  });
  sleeper.until_asleep();
  REQUIRE(time_of([&] {
            words.back().store(1);
            sleeper.join();
          }) < kSoon);
}

// Sleeps until the second word changes, in a process whose kernel refuses to wait for several
// words. Returns how often it looked, or 255 if there are no filters here.
int looks_without_waitv(int error, const std::array<Word, 2>& words) {
#ifndef SYS_futex_waitv
  constexpr long SYS_futex_waitv = 449;
#endif
  if (!test::deny_call(SYS_futex_waitv, error)) return 255;
  const core::TimePoint end = core::Clock::now() + 10s;
  int looks = 0;
  const std::array waits{WaitFor{&words[0], 0}, WaitFor{&words[1], 0}};
  for (; words[1].load() == 0 && core::Clock::now() < end; ++looks) wait(waits, std::nullopt);
  return std::min(looks, 254);
}

TEST_CASE("where the kernel waits for one word only, the others are looked at in slices") {
  if (test::skipped_without_filters()) return;
  for (const int error : {ENOSYS, EPERM}) {
    const SharedObject<std::array<Word, 2>> words;
    const core::TimePoint start = core::Clock::now();
    ForkedChild child([&] { return looks_without_waitv(error, *words); });
    do {
      test::until_asleep(child.pid(), child.pid());
    } while (core::Clock::now() < start + 60ms);
    (*words)[1].store(1);
    const int looks = child.exit_code();
    const auto slices = (core::Clock::now() - start) / 10ms;
    CAPTURE(error, looks, slices);
    REQUIRE(looks >= 1);
    REQUIRE(looks <= slices + 2);
  }
}

TEST_CASE("a wake list wakes when it is flushed, and when it ends") {
  for (const bool flushed : {true, false}) {
    Bell bell;
    Sleeper sleeper([&] { bell.sleep(); });
    sleeper.until_asleep();
    REQUIRE(time_of([&] {
              WakeList wakes;
              bell.raise();
              wakes.add(&bell.word);
              REQUIRE(wakes.size() == 1);
              if (flushed) {
                wakes.flush();
                REQUIRE(wakes.size() == 0);
                sleeper.join();
              }
            }) < kSoon);
    if (!flushed) REQUIRE(time_of([&] { sleeper.join(); }) < kSoon);
  }
}

TEST_CASE("a wake list takes any number of words, each for as many threads as it is told") {
  Bell bell;
  std::deque<Sleeper> sleepers;
  for (int i = 0; i < 2; ++i) sleepers.emplace_back([&] { bell.sleep(); }).until_asleep();
  const Word unused{0};
  REQUIRE(time_of([&] {
            WakeList wakes;
            bell.raise();
            for (int i = 0; i < 100; ++i) wakes.add(&unused);
            wakes.add(&bell.word, INT_MAX);
            for (int i = 0; i < 100; ++i) wakes.add(&unused);
            wakes.flush();
            for (Sleeper& sleeper : sleepers) sleeper.join();
          }) < kSoon);
}

}  // namespace
}  // namespace inferpool::ipc
