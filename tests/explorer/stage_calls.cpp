// SPDX-License-Identifier: Apache-2.0
// The system calls of a scene's threads: locks, sleep, wakes.
#include <algorithm>

#include "explorer/stage.hpp"

namespace inferpool::explorer {

void Stage::lock(const Cell& cell) {
  self().status = Status::kLocking;
  self().locking = &cell;
  memory_.peek(cell);
  enter_call(memory_.shared(running_, cell, true));
  self().status = Status::kReady;
  self().held.push_back(&cell);
  memory_.change(running_, cell, Order::acquire, 1);
  note("locks", &cell);
}

bool Stage::try_lock(const Cell& cell) {
  memory_.peek(cell);
  enter_call(memory_.shared(running_, cell, true));
  const bool free = memory_.peek(cell) == 0;
  learn(free ? 1 : 0);
  if (!free) return false;
  self().held.push_back(&cell);
  memory_.change(running_, cell, Order::acquire, 1);
  return true;
}

void Stage::unlock(const Cell& cell) {
  enter_call(memory_.shared(running_, cell, true));
  std::erase(self().held, &cell);
  memory_.write(running_, cell, Order::release, 0);
  note("unlocks", &cell);
}

bool Stage::sleep(std::span<const Sleep> words) {
  bool shared = false;
  for (const Sleep& word : words) {
    memory_.peek(*word.cell);
    shared = memory_.shared(running_, *word.cell, false) || shared;
  }
  enter_call(shared);
  const bool changed = std::any_of(words.begin(), words.end(), [this](const Sleep& word) {
    const int older = choose_older(*word.cell, Order::seq_cst);
    return memory_.peek(*word.cell, older) != word.expected;
  });
  learn(changed ? 3 : 4);
  if (changed) return false;
  note("sleeps on", words.front().cell);
  self().words.assign(words.begin(), words.end());
  self().status = Status::kAsleep;
  switch_over();
  learn(5);
  note("wakes up");
  return true;
}

void Stage::wake(const Cell* cell, int count, Where where) {
  const Access& access = enter(*cell, Operation::kWake, Order::relaxed, where);
  note(access, *cell, 0, 0);
  learn(6);
  if (access.left_out) return;
  memory_.publish(running_, *cell);
  std::vector<Thread*> sleepers;
  for (Thread& thread : threads_) {
    const auto on_it = [cell](const Sleep& word) { return word.cell == cell; };
    if (thread.status == Status::kAsleep &&
        std::any_of(thread.words.begin(), thread.words.end(), on_it))
      sleepers.push_back(&thread);
  }
  for (; count > 0 && !sleepers.empty(); --count) {
    const bool all = count >= static_cast<int>(sleepers.size());
    const int which = all ? 0 : choices_.choose(static_cast<int>(sleepers.size()));
    sleepers[static_cast<std::size_t>(which)]->status = Status::kReady;
    sleepers.erase(sleepers.begin() + which);
  }
}

}  // namespace inferpool::explorer
