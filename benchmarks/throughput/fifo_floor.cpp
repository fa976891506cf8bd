// SPDX-License-Identifier: Apache-2.0
#include "throughput/fifo_floor.hpp"

namespace bench {

void FifoFloor::pass(int thread) noexcept {
  const std::uint32_t ticket = await_turn(thread);
  threads_[static_cast<std::size_t>(thread)].ticket = draw();
  hand_to(ticket + 1);
}

void FifoFloor::leave(int thread) noexcept {
  if (threads_[static_cast<std::size_t>(thread)].ticket == 0) return;
  const std::uint32_t ticket = await_turn(thread);
  threads_[static_cast<std::size_t>(thread)].ticket = 0;
  hand_to(ticket + 1);
}

std::uint32_t FifoFloor::await_turn(int thread) noexcept {
  std::uint32_t& ticket = threads_[static_cast<std::size_t>(thread)].ticket;
  if (ticket == 0) ticket = draw();
  await(ticket);
  return ticket;
}

void FifoFloor::await(std::uint32_t ticket) noexcept {
  Place& place = place_of(ticket);
  for (;;) {
    for (int i = 0; i <= looks_; ++i) {
      if (place.turn.load(std::memory_order_acquire) == ticket) return;
      relax();
    }
    // Sequentially consistent, like hand_to(): either this thread sees the turn, or hand_to() sees
    // that this thread sleeps.
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
