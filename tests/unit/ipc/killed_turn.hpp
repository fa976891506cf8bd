// SPDX-License-Identifier: Apache-2.0
// A worker process that is killed after a given number of instructions of its turn, and the call
// that waits for it.
#pragma once

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <optional>

#include "catch.hpp"
#include "unit/ipc/forked_child.hpp"
#include "unit/ipc/one_turn.hpp"
#include "unit/ipc/sleeper.hpp"
#include "unit/ipc/trap_flag.hpp"

namespace inferpool::test {

// Both processes see this.
struct TurnNotes {
  ipc::Word go{0};
  std::atomic<long> instructions{0};
};

// In the worker: waits until it may go. Returns if the turn ended before the worker was killed.
template <typename Turn>
void turn_until_killed(long instructions, TurnNotes& notes, Turn&& turn) {
  const ipc::WaitFor go{&notes.go, 0};
  while (notes.go == 0) ipc::wait({&go, 1}, std::nullopt);
  const AfterEachInstruction count([&] {
    if (notes.instructions++ == instructions) kill(getpid(), SIGKILL);
    return true;
  });
  turn();
}

struct KilledTurn {
  Outcome outcome = Outcome::kHung;  // of the call
  bool finished = false;             // the turn ended before the worker was killed
};

// In the host: makes the call, which hears of the worker's end within 0.9 s.
template <typename Host>
KilledTurn call_across_death(Host& host, Caller caller, TurnNotes& notes, ForkedChild& child) {
  using namespace std::chrono_literals;
  KilledTurn turn;
  Sleeper thread([&] { turn.outcome = host.call(caller); });
  if (caller == Caller::kSleeps) thread.until_asleep();
  notes.go = 1;
  ipc::wake(&notes.go, 1);
  turn.finished = child.exit_code() == 0;
  const core::TimePoint reaped = core::Clock::now();
  host.worker_died();
  thread.join();
  REQUIRE(core::Clock::now() - reaped < 900ms);
  return turn;
}

}  // namespace inferpool::test
