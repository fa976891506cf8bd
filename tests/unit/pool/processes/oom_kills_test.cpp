// SPDX-License-Identifier: Apache-2.0
#include "pool/processes/oom_kills.hpp"

#include "catch.hpp"
#include "unit/system/cgroups.hpp"

namespace inferpool::pool::processes {
namespace {

class Machine {
 public:
  void kills(int count) const {
    groups_.put("mount/memory/a/memory.oom_control", "oom_kill " + std::to_string(count) + "\n");
  }
  [[nodiscard]] OomKills::Mark mark() const {
    return OomKills::mark(groups_.paths("4:memory:/a\n"));
  }

  OomKills oom;

 private:
  Cgroups groups_;
};

TEST_CASE("a worker that ended while nothing was counted was not killed for want of memory") {
  Machine machine;
  machine.kills(3);
  CHECK_FALSE(machine.oom.explain(machine.mark()));
}

TEST_CASE("each kill that was counted explains the end of one worker") {
  Machine machine;
  machine.kills(3);
  const auto first = machine.mark();
  const auto second = machine.mark();
  const auto third = machine.mark();
  SECTION("one after the other") {
    machine.kills(4);
    CHECK(machine.oom.explain(first));
    CHECK_FALSE(machine.oom.explain(second));
    machine.kills(5);
    CHECK(machine.oom.explain(third));
  }
  SECTION("several at once") {
    machine.kills(5);
    CHECK(machine.oom.explain(first));
    CHECK(machine.oom.explain(second));
    CHECK_FALSE(machine.oom.explain(third));
  }
}

TEST_CASE("a kill before the worker started explains nothing") {
  Machine machine;
  machine.kills(3);
  (void)machine.mark();
  machine.kills(4);
  CHECK_FALSE(machine.oom.explain(machine.mark()));
}

}  // namespace
}  // namespace inferpool::pool::processes
