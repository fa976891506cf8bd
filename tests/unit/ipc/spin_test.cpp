// SPDX-License-Identifier: Apache-2.0
#include "ipc/spin.hpp"

#include <sched.h>

#include <chrono>
#include <functional>
#include <thread>

#include "catch.hpp"

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

// Spinning needs a second processor.
bool can_spin() {
  if (usable_processors() > 1) return true;
  WARN("left out: one processor only, on which nothing spins");
  return false;
}

TEST_CASE("what is ready is found at the first look") {
  SpinBudget budget(0ns);
  Looks looks(1);
  REQUIRE(budget.spin(looks));
  REQUIRE(looks.count == 1);
}

TEST_CASE("a budget of 0 never spins") {
  SpinBudget budget(0ns);
  REQUIRE_FALSE(spun(budget));
}

TEST_CASE("nothing spins on one processor") {
  bool any = true;
  std::thread([&] {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(static_cast<std::size_t>(sched_getcpu()), &set);
    REQUIRE(sched_setaffinity(0, sizeof(set), &set) == 0);
    REQUIRE(usable_processors() == 1);
    SpinBudget budget(1ms);
    any = spun(budget);
  }).join();
  REQUIRE_FALSE(any);
}

TEST_CASE("what gets ready while spinning is found") {
  if (!can_spin()) return;
  SpinBudget budget(10s);
  for (const int at : {2, 64, 65, 5000}) {
    Looks looks(at);
    REQUIRE(budget.spin(looks));
    REQUIRE(looks.count == at);
  }
}

TEST_CASE("spinning ends when the budget is used up") {
  if (!can_spin()) return;
  SpinBudget budget(2ms);
  const TimePoint start = Clock::now();
  Looks never(-1);
  REQUIRE_FALSE(budget.spin(never));
  REQUIRE(Clock::now() - start >= 2ms);
  REQUIRE(never.count > 64);
}

TEST_CASE("where waits are long, one in 16 spins") {
  if (!can_spin()) return;
  SpinBudget budget(10us);
  for (int i = 0; i < 32; ++i) budget.slept(1s);
  int spins = 0;
  for (int i = 0; i < 160; ++i) spins += spun(budget) ? 1 : 0;
  REQUIRE(spins == 10);
}

TEST_CASE("where waits got short again, spinning comes back") {
  if (!can_spin()) return;
  const int looks_needed = GENERATE(3, 200);  // found before the clock is read, and after
  SpinBudget budget(20ms);
  for (int i = 0; i < 32; ++i) budget.slept(1s);
  for (int i = 0; i < 16 * 32; ++i) {
    Looks soon(looks_needed);
    budget.spin(soon);
  }
  for (int i = 0; i < 16; ++i) {
    Looks soon(looks_needed);
    REQUIRE(budget.spin(soon));
  }
}

TEST_CASE("waits that outlast the budget by little give spinning up, too") {
  if (!can_spin()) return;
  SpinBudget budget(100us);
  int spins = 0;
  for (int i = 0; i < 64; ++i) {
    const bool first = spun(budget);
    spins += first ? 1 : 0;
    budget.slept(first ? 50us : 150us);  // of a wait of 150 us what spinning left
  }
  REQUIRE(spins < 24);
}

TEST_CASE("at most one thread less than there are processors spins at once") {
  // Spins within spins stand for threads.
  SpinBudget budget(10s);
  int depth = 0;
  std::function<void()> deeper = [&] {
    bool inside = false;
    int looks = 0;
    budget.spin([&] {
      if (++looks == 1) return false;
      if (!inside) {
        inside = true;
        ++depth;
        deeper();
      }
      return true;
    });
  };
  deeper();
  REQUIRE(depth == usable_processors() - 1);
}

}  // namespace
}  // namespace inferpool::ipc
