// SPDX-License-Identifier: Apache-2.0
// A worker is killed after a given number of instructions of one turn, while a caller waits.

#include "catch.hpp"
#include "unit/ipc/single_steps.hpp"
#include "unit/ipc/trap_flag.hpp"

#if defined(INFERPOOL_NO_STEPS)

TEST_CASE("a caller hears of a worker killed at any instruction, and its locks can be taken") {
  CHECK(inferpool::test::skipped_without_steps());
}

#else

#include <atomic>

#include "unit/ipc/forked_child.hpp"
#include "unit/ipc/killed_turn.hpp"
#include "unit/ipc/shared_object.hpp"

namespace inferpool::ipc {
namespace {

using test::Caller;
using test::Counts;
using test::ForkedChild;
using test::Outcome;
using test::Reply;
using test::SharedObject;
using test::TurnHost;
using test::TurnWorker;

// How many instructions are counted for all points of one kind together.
constexpr long kBudget = 40'000;

// Plays a whole turn in this process, so that each function is bound already in its children.
void rehearse(Reply kind) {
  TurnHost host(kind);
  std::atomic<bool> begun{false};
  TurnWorker(host.memory(), kind).turn(begun);
  REQUIRE(host.call(Caller::kSpins) == Outcome::kAnswered);
}

struct Notes : test::TurnNotes {
  std::atomic<bool> begun{false};
};

// Serves until it is killed after that many instructions. Returns 0 if the turn ended before.
int serve_until(long instructions, const WorkerMemory& memory, Reply kind, Notes& notes) {
  TurnWorker worker(memory, kind);
  test::turn_until_killed(instructions, notes, [&] { worker.turn(notes.begun); });
  return 0;
}

// True if the turn ended before the worker could be killed.
bool kill_after(long instructions, Caller caller, Reply kind, Counts& counts) {
  TurnHost host(kind);
  const SharedObject<Notes> notes;
  ForkedChild child([&] { return serve_until(instructions, host.memory(), kind, *notes); });
  const auto [outcome, finished] = test::call_across_death(host, caller, *notes, child);
  counts.add(outcome, host.recall(), notes->begun);
  const Mapping mapping(host.memory().control_file(), Access::kReadWrite);
  WorkerPart& left = reinterpret_cast<Control*>(mapping.data())->worker;
  for (RobustMutex* mutex : {&left.take_mutex, &left.reply_mutex}) {
    REQUIRE(mutex->try_lock());
    mutex->unlock();
  }
  return finished;
}

TEST_CASE("a caller hears of a worker killed at any instruction, and its locks can be taken") {
  if (test::skipped_without_steps()) return;
  const auto caller = GENERATE(Caller::kSleeps, Caller::kSpins);
  const auto kind = GENERATE(Reply::kInSlot, Reply::kInBlock);
  rehearse(kind);
  Counts counts;
  {
    const TurnHost host(kind);
    const SharedObject<Notes> notes;
    notes->go = 1;
    ForkedChild child([&] { return serve_until(-1, host.memory(), kind, *notes); });
    REQUIRE(child.exit_code() == 0);
    counts.instructions = notes->instructions;
  }
  const long stride = test::stride_for(counts.instructions, kBudget);
  bool finished = false;
  for (long instructions = 0; !finished; instructions += stride) {
    CAPTURE(instructions, stride);
    finished = kill_after(instructions, caller, kind, counts);
  }
  counts.check();
}

}  // namespace
}  // namespace inferpool::ipc

#endif
