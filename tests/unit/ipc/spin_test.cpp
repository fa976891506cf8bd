// SPDX-License-Identifier: Apache-2.0
#include "ipc/spin.hpp"

#include <chrono>
#include <functional>

#include "catch.hpp"
#include "unit/ipc/wanted_processor.hpp"

namespace inferpool::ipc {
namespace {

using namespace std::chrono_literals;
using Share = SpinBudget::Share;

constexpr int kProcessors = 4;

// Counts how often it is looked at, and is ready at the n-th look.
struct Looks {
  explicit Looks(int ready_at) : at(ready_at) {}
  bool operator()() const { return ++count == at; }
  int at;
  mutable int count = 0;
};

// A whole wait: looks on until the change has come or it is time to sleep.
template <typename Ready>
bool found(SpinBudget& budget, const Ready& ready, const Share& share = {}) {
  SpinBudget::Wait wait;
  for (;;) {
    const Looked looked = budget.look(ready, share, wait);
    if (looked != Looked::kNotYet) return looked == Looked::kFound;
  }
}

// Whether a wait in vain does more than glance.
bool looks_on(SpinBudget& budget, const Share& share = {}) {
  Looks never(-1);
  REQUIRE_FALSE(found(budget, never, share));
  return never.count > 20;
}

TEST_CASE("what is ready is found at the first look") {
  SpinBudget budget(0ns, kProcessors);
  Looks looks(1);
  REQUIRE(found(budget, looks));
  REQUIRE(looks.count == 1);
}

TEST_CASE("a budget of 0 looks once, whatever else wants the processors") {
  const Rivals rivals = GENERATE(Rivals::kNone, Rivals::kShort, Rivals::kLong);
  const bool expects = GENERATE(false, true);
  SpinBudget budget(0ns, kProcessors);
  Looks never(-1);
  REQUIRE_FALSE(found(budget, never, {.rivals = rivals, .expects = expects}));
  REQUIRE(never.count == 1);
}

TEST_CASE("a wait that keeps its processor only glances on the only processor") {
  SpinBudget budget(1ms, 1);
  REQUIRE_FALSE(looks_on(budget));
  REQUIRE_FALSE(looks_on(budget, {.expects = true}));
}

TEST_CASE("a budget that leaves processors to others looks on only if more are left") {
  SpinBudget budget(1ms, 2);
  REQUIRE_FALSE(looks_on(budget, {.reserve = 1}));
  SpinBudget larger(1ms, 3);
  REQUIRE(found(larger, Looks(100), {.reserve = 1}));
}

TEST_CASE("what gets ready during a wait is found at once") {
  const Rivals rivals = GENERATE(Rivals::kNone, Rivals::kQuick, Rivals::kShort);
  SpinBudget budget(10s, kProcessors);
  for (const int at : {2, 17, 18}) {  // at a glance, and after it
    Looks looks(at);
    REQUIRE(found(budget, looks, {.rivals = rivals}));
    REQUIRE(looks.count == at);
  }
  for (const int at : {64, 65, 5000}) REQUIRE(found(budget, Looks(at)));
}

TEST_CASE("beside runs that take less than a yield a thread looks longer before it yields") {
  bool seen = false;  // in a moment when nothing else ran here
  for (const core::TimePoint end = core::Clock::now() + 30s; !seen && core::Clock::now() < end;) {
    SpinBudget budget(10s, kProcessors);
    SpinBudget::Wait wait;
    seen = budget.look(Looks(60), {.rivals = Rivals::kQuick}, wait) == Looked::kFound;
  }
  REQUIRE(seen);
}

TEST_CASE("a wait returns every now and then while it looks on") {
  SpinBudget budget(10s, kProcessors);
  SpinBudget::Wait wait;
  const Looks never(-1);
  for (int i = 0; i < 3; ++i) REQUIRE(budget.look(never, {}, wait) == Looked::kNotYet);
}

TEST_CASE("a wait ends when it has kept a processor that nobody wants for the whole limit") {
  const Rivals rivals = GENERATE(Rivals::kNone, Rivals::kShort);
  SpinBudget budget(500us, kProcessors);
  const core::TimePoint start = core::Clock::now();
  REQUIRE_FALSE(found(budget, Looks(-1), {.rivals = rivals}));
  REQUIRE(core::Clock::now() - start >= 500us);
}

TEST_CASE("beside short runs a wait goes on after the limit while others want its processor") {
  const test::WantedProcessor wanted(5us);
  bool seen = false;  // when the other thread took the processor at each yield
  for (const core::TimePoint end = core::Clock::now() + 30s; !seen && core::Clock::now() < end;) {
    SpinBudget budget(1us, kProcessors);
    seen = found(budget, Looks(30), {.rivals = Rivals::kShort});
  }
  REQUIRE(seen);
}

TEST_CASE("beside long runs a wait ends once another thread wants its processor") {
  const bool expects = GENERATE(false, true);
  const test::WantedProcessor wanted;
  SpinBudget budget(1h, kProcessors);
  REQUIRE(looks_on(budget, {.rivals = Rivals::kLong, .expects = expects}));
}

TEST_CASE("beside long runs a wait goes on while nobody wants its processor") {
  constexpr int kLong = 5000;  // looks take longer than 5 us
  bool seen = false;           // in a moment when nothing else ran here
  for (const core::TimePoint end = core::Clock::now() + 30s; !seen && core::Clock::now() < end;) {
    SpinBudget budget(1h, kProcessors);
    seen = found(budget, Looks(kLong), {.rivals = Rivals::kLong});
  }
  REQUIRE(seen);
}

// Waits in vain, until the next waits only glance for some milliseconds.
void lose_patience(SpinBudget& budget) {
  for (int i = 0; i < 10; ++i) {
    while (!looks_on(budget)) continue;
  }
}

TEST_CASE("after waits in vain the next ones only glance, for some milliseconds") {
  SpinBudget budget(1us, kProcessors);
  lose_patience(budget);
  const core::TimePoint start = core::Clock::now();
  bool again = looks_on(budget);
  const bool at_once = core::Clock::now() - start < 1ms;  // else the thread lost its processor
  if (at_once) REQUIRE_FALSE(again);
  while (!again) again = looks_on(budget);
}

TEST_CASE("what comes at once is found during a rest, too") {
  SpinBudget budget(1us, kProcessors);
  lose_patience(budget);
  REQUIRE(found(budget, Looks(17)));
}

TEST_CASE("a wait that looks on and finds something ends the rest after others in vain") {
  // Waits within a wait stand for another thread.
  SpinBudget budget(100us, kProcessors);
  int looks = 0;
  REQUIRE(found(budget, [&] {
    if (++looks == 18) lose_patience(budget);
    return looks == 19;
  }));
  REQUIRE(looks_on(budget));
}

TEST_CASE("what is expected is looked for during a rest, and teaches nothing") {
  SpinBudget budget(1us, kProcessors);
  for (int i = 0; i < 5; ++i) REQUIRE(looks_on(budget, {.expects = true}));
  REQUIRE(looks_on(budget));
  lose_patience(budget);
  REQUIRE(looks_on(budget, {.expects = true}));
  const core::TimePoint start = core::Clock::now();
  REQUIRE(found(budget, Looks(2), {.expects = true}));
  const bool rests = !looks_on(budget);
  if (core::Clock::now() - start < 500us) REQUIRE(rests);
}

TEST_CASE("at most one thread less than there are processors keeps one") {
  // Waits within waits stand for threads.
  SpinBudget budget(10s, kProcessors);
  int depth = 0;
  std::function<void()> deeper = [&] {
    bool inside = false;
    int looks = 0;
    found(budget, [&] {
      if (++looks <= 20) return false;  // a glance does not count
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
