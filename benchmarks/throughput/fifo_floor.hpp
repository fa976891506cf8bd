// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "measure/futex.hpp"

namespace bench {

// The floor of threads that share one server in the order in which they come. They draw tickets,
// and a thread hands its turn directly to the next ticket. All threads are in the queue all the
// time, like callers that call again at once: each draws its next ticket before it hands its turn
// over. Otherwise two running threads would leave out the sleeping ones. Each ticket has a word of
// its own, so that no other thread wakes.
class FifoFloor {
 public:
  static constexpr std::uint32_t kMostThreads = 64;

  // A thread looks `looks` times for its turn, then it sleeps.
  explicit FifoFloor(int looks) noexcept : looks_(looks) { hand_to(1); }
  FifoFloor(const FifoFloor&) = delete;
  FifoFloor& operator=(const FifoFloor&) = delete;

  // Waits for the turn of the thread's ticket, draws the next ticket and hands the turn over.
  // Threads have the numbers 0..kMostThreads - 1.
  void pass(int thread) noexcept;
  // The same without a next ticket, so that the others can go on.
  void leave(int thread) noexcept;

 private:
  struct alignas(128) Place {
    Word turn{0};  // the ticket, once its turn has come
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
