// SPDX-License-Identifier: Apache-2.0
// Each state in which a worker can leave the shared memory: the memory after each instruction of
// one turn, as the host finds it if the worker dies there.

#include "catch.hpp"
#include "unit/ipc/single_steps.hpp"
#include "unit/ipc/trap_flag.hpp"

#if defined(INFERPOOL_NO_STEPS)

TEST_CASE("a worker that dies at any instruction leaves a whole answer or none") {
  CHECK(inferpool::test::skipped_without_steps());
}

#else

#include <array>
#include <atomic>
#include <cstring>

#include "unit/ipc/forked_child.hpp"
#include "unit/ipc/one_turn.hpp"
#include "unit/ipc/shared_object.hpp"

namespace inferpool::ipc {
namespace {

using test::AfterEachInstruction;
using test::Caller;
using test::Counts;
using test::ForkedChild;
using test::Outcome;
using test::Reply;
using test::SharedObject;
using test::TurnHost;
using test::TurnWorker;

struct State {
  std::array<std::byte, sizeof(Control)> control;
  std::array<std::byte, 4096> replies;
  bool begun = false;
};

struct Film {
  std::array<State, 512> states;
  std::atomic<std::size_t> taken{0};
  std::atomic<long> instructions{0};
  std::atomic<bool> begun{false};

  // Keeps the current state if it is new.
  void shoot(const std::byte* control, const std::byte* replies) noexcept {
    const std::size_t count = taken;
    const auto same = [&](const State& last) {
      return last.begun == begun &&
             std::memcmp(last.control.data(), control, sizeof(Control)) == 0 &&
             std::memcmp(last.replies.data(), replies, last.replies.size()) == 0;
    };
    if (count == states.size() || (count > 0 && same(states[count - 1]))) return;
    std::memcpy(states[count].control.data(), control, sizeof(Control));
    std::memcpy(states[count].replies.data(), replies, states[count].replies.size());
    states[count].begun = begun;
    taken = count + 1;
  }
};

int film_turn(const WorkerMemory& memory, Reply kind, Film& film) {
  TurnWorker worker(memory, kind);
  const Mapping replies(memory.reply_file(), Access::kReadOnly);
  const auto* control = reinterpret_cast<const std::byte*>(&worker.control());
  const AfterEachInstruction shoot([&] {
    ++film.instructions;
    film.shoot(control, replies.data());
    return true;
  });
  worker.turn(film.begun);
  return 0;
}

TEST_CASE("a worker that dies at any instruction leaves a whole answer or none") {
  if (test::skipped_without_steps()) return;
  const auto kind = GENERATE(Reply::kInSlot, Reply::kInBlock);
  const SharedObject<Film> film;
  {
    const TurnHost host(kind);
    ForkedChild child([&] { return film_turn(host.memory(), kind, *film); });
    REQUIRE(child.exit_code() == 0);
  }
  REQUIRE(film->taken < film->states.size());
  Counts counts{.instructions = film->instructions};
  for (std::size_t i = 0; i < film->taken; ++i) {
    const State& state = film->states[i];
    TurnHost host(kind);
    REQUIRE(pwrite(host.memory().control_file().fd(), state.control.data(), state.control.size(),
                   0) > 0);
    REQUIRE(pwrite(host.memory().reply_file().fd(), state.replies.data(), state.replies.size(), 0) >
            0);
    host.worker_died();
    const Outcome outcome = host.call(Caller::kSleeps);
    counts.add(outcome, host.recall(), state.begun);
  }
  counts.check();
}

}  // namespace
}  // namespace inferpool::ipc

#endif
