// SPDX-License-Identifier: Apache-2.0
#include "throughput/fifo_floor.hpp"

namespace bench {

void FifoFloor::pass() noexcept {
  const std::uint32_t ticket = last_ticket_.fetch_add(1, std::memory_order_relaxed) + 1;
  await(ticket);
  if (waiting_.wake_ahead) {
    const Place& ahead = place_of(ticket + 2);
    if (ahead.sleeps.load(std::memory_order_relaxed) != 0) futex_wake(ahead.turn);
  }
  hand_to(ticket + 1);
}

void FifoFloor::await(std::uint32_t ticket) noexcept {
  Place& place = place_of(ticket);
  for (;;) {
    for (int i = 0; i <= waiting_.looks; ++i) {
      if (place.turn.load(std::memory_order_acquire) == ticket) return;
      relax();
    }
    // Sequentially consistent, as is the hand-over: either it is seen here, or it sees us asleep.
    place.sleeps.store(1, std::memory_order_seq_cst);
    const std::uint32_t turn = place.turn.load(std::memory_order_seq_cst);
    if (turn != ticket) futex_wait(place.turn, turn);
    place.sleeps.store(0, std::memory_order_relaxed);
  }
}

void FifoFloor::hand_to(std::uint32_t ticket) noexcept {
  Place& place = place_of(ticket);
  place.turn.exchange(ticket, std::memory_order_seq_cst);
  if (place.sleeps.load(std::memory_order_seq_cst) != 0) futex_wake(place.turn);
}

}  // namespace bench
