// SPDX-License-Identifier: Apache-2.0
#include "ipc/spin.hpp"

#include <chrono>
#include <functional>
#include <tuple>

#include "catch.hpp"
#include "unit/ipc/wanted_processor.hpp"

namespace inferpool::ipc {
namespace {

using namespace std::chrono_literals;

// Counts how often it is looked at; ready at the n-th look.
struct Looks {
  explicit Looks(int ready_at) : at(ready_at) {}
  bool operator()() const { return ++count == at; }
  int at;
  mutable int count = 0;
};

bool spun(SpinBudget& budget) {
  Looks never(-1);
  budget.spin(never);
  return never.count > 1;
}

constexpr int kProcessors = 4;

TEST_CASE("what is ready is found at the first look") {
  SpinBudget budget(0ns, kProcessors);
  Looks looks(1);
  REQUIRE(budget.spin(looks));
  REQUIRE(looks.count == 1);
}

TEST_CASE("a budget of 0 never spins") {
  SpinBudget budget(0ns, kProcessors);
  REQUIRE_FALSE(spun(budget));
}

TEST_CASE("nothing spins on one processor") {
  SpinBudget budget(1ms, 1);
  REQUIRE_FALSE(spun(budget));
}

TEST_CASE("a budget that leaves processors to others spins only if more are left") {
  SpinBudget budget(1ms, 2);
  Looks never(-1);
  REQUIRE_FALSE(budget.spin(never, 1));
  REQUIRE(never.count == 1);
  SpinBudget larger(10s, 3);
  Looks later(100);
  REQUIRE(larger.spin(later, 1));
}

TEST_CASE("what gets ready while spinning is found") {
  SpinBudget budget(10s, kProcessors);
  for (const int at : {2, 64, 65, 5000}) {
    Looks looks(at);
    REQUIRE(budget.spin(looks));
    REQUIRE(looks.count == at);
  }
}

TEST_CASE("spinning ends when the budget is used up") {
  SpinBudget budget(2ms, kProcessors);
  const core::TimePoint start = core::Clock::now();
  Looks never(-1);
  REQUIRE_FALSE(budget.spin(never));
  REQUIRE(core::Clock::now() - start >= 2ms);
  REQUIRE(never.count > 64);
}

TEST_CASE("what is expected is looked for, though the spins before were in vain") {
  SpinBudget budget(1us, kProcessors);
  REQUIRE(spun(budget));
  REQUIRE_FALSE(spun(budget));
  REQUIRE(spun(budget));
  for (int i = 0; i < 5; ++i) {
    Looks never(-1);
    REQUIRE_FALSE(budget.expect(never));
    REQUIRE(never.count > 1);
  }
  REQUIRE_FALSE(spun(budget));  // two waits sleep at once, after the second spin in vain
  REQUIRE_FALSE(spun(budget));
  REQUIRE(spun(budget));
  Looks later(100);
  REQUIRE(SpinBudget(10s, kProcessors).expect(later));
}

TEST_CASE("what is expected is not looked for where nothing may spin") {
  for (auto [limit, processors, reserve] :
       {std::tuple{0ns, 4, 0}, {1'000'000ns, 1, 0}, {1'000'000ns, 2, 1}}) {
    SpinBudget budget(limit, processors);
    Looks never(-1);
    REQUIRE_FALSE(budget.expect(never, reserve));
    REQUIRE(never.count == 1);
  }
}

TEST_CASE("where models run on all processors a spin ends once another thread wants this one") {
  const test::WantedProcessor wanted;
  Looks never(-1);
  REQUIRE_FALSE(SpinBudget(1h, kProcessors).spin(never, 0, true));
  REQUIRE(never.count > 64);
  REQUIRE_FALSE(SpinBudget(1h, kProcessors).expect(never, 0, true));
}

TEST_CASE("where models run on all processors a spin goes on while nobody wants this one") {
  constexpr int kLong = 5000;  // looks take longer than 5 us
  bool found = false;          // in a moment when nothing else ran here
  for (const core::TimePoint end = core::Clock::now() + 30s; !found && core::Clock::now() < end;)
    found = SpinBudget(1h, kProcessors).spin(Looks(kLong), 0, true);
  REQUIRE(found);
}

TEST_CASE(
    "where models run on all processors a spin that finds something brings half of the spinning "
    "back") {
  SpinBudget budget(1us, kProcessors);
  for (int i = 0; i < (1 + 1) + (1 + 2) + (1 + 4); ++i) spun(budget);
  Looks soon(3);
  REQUIRE(budget.spin(soon, 0, true));
  REQUIRE_FALSE(spun(budget));  // two instead of four
  REQUIRE_FALSE(spun(budget));
  REQUIRE(spun(budget));
}

TEST_CASE("after each spin in vain twice as many waits sleep at once, 512 at most") {
  SpinBudget budget(1us, kProcessors);
  for (const int skipped : {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 512}) {
    REQUIRE(spun(budget));
    for (int i = 0; i < skipped; ++i) REQUIRE_FALSE(spun(budget));
  }
  REQUIRE(spun(budget));
}

TEST_CASE("a spin that finds something brings spinning back") {
  const int looks_needed = GENERATE(3, 200);  // found before the clock is read, and after
  constexpr auto kLimit = 20ms;
  // Again, if the thread lost its processor for so long.
  for (int round = 0;; ++round) {
    SpinBudget budget(kLimit, kProcessors);
    for (int i = 0; i < 1 + 1 + 1 + 2; ++i) spun(budget);  // one in vain, one skipped, once more
    const core::TimePoint start = core::Clock::now();
    Looks soon(looks_needed);
    const bool found = budget.spin(soon);
    if (!found && core::Clock::now() - start >= kLimit && round < 20) continue;
    REQUIRE(found);
    REQUIRE(spun(budget));  // in vain, for the first time again
    REQUIRE_FALSE(spun(budget));
    REQUIRE(spun(budget));
    return;
  }
}

TEST_CASE("at most one thread less than there are processors spins at once") {
  // Spins within spins stand for threads.
  SpinBudget budget(10s, kProcessors);
  int depth = 0;
  std::function<void()> deeper = [&] {
    bool inside = false;
    int looks = 0;
    budget.spin([&] {
      if (++looks <= 20) return false;  // a few looks do not count as spinning
      if (!inside) {
        inside = true;
        ++depth;
        deeper();
      }
      return true;
    });
  };
  deeper();
  REQUIRE(depth == kProcessors - 1);
}

}  // namespace
}  // namespace inferpool::ipc
