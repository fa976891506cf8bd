// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "measure/futex.hpp"

namespace bench {

// The floor of threads that share one server in the order in which they come: they draw tickets,
// and who has had its turn hands it to the next ticket, without anything in between. All threads
// stand in the queue all the time, as callers do that call again at once: each draws its next
// ticket before it hands its turn over. Else two threads that run would leave out those that sleep.
// Each ticket has a word of its own, so that no other thread is woken.
class FifoFloor {
 public:
  static constexpr std::uint32_t kMostThreads = 64;

  // A thread looks `looks` times whether its turn has come, then it sleeps.
  explicit FifoFloor(int looks) noexcept : looks_(looks) { hand_to(1); }
  FifoFloor(const FifoFloor&) = delete;
  FifoFloor& operator=(const FifoFloor&) = delete;

  // Waits for the turn of the thread's ticket, draws the next one, hands the turn over. Threads are
  // numbered 0..kMostThreads - 1.
  void pass(int thread) noexcept;
  // The same, without a next ticket: for the others to go on.
  void leave(int thread) noexcept;

 private:
  struct alignas(128) Place {
    Word turn{0};  // the ticket whose turn it is, once it is
    Word sleeps{0};
  };
  struct alignas(128) Thread {
    std::uint32_t ticket = 0;  // 0: none
  };

  std::uint32_t draw() noexcept { return last_ticket_.fetch_add(1, std::memory_order_relaxed) + 1; }
  [[nodiscard]] Place& place_of(std::uint32_t ticket) noexcept {
    return places_[ticket % kMostThreads];
  }
  std::uint32_t await_turn(int thread) noexcept;
  void await(std::uint32_t ticket) noexcept;
  void hand_to(std::uint32_t ticket) noexcept;

  int looks_;
  alignas(128) Word last_ticket_{0};
  std::array<Place, kMostThreads> places_;
  std::array<Thread, kMostThreads> threads_;
};

}  // namespace bench
