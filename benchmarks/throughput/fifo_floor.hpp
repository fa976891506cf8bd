// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "throughput/futex.hpp"

namespace bench {

// The floor of threads that share one server in the order in which they come: they draw tickets,
// and who has had its turn hands it to the next ticket, without anything in between. Each ticket
// has a word of its own, so that no other thread is woken.
class FifoFloor {
 public:
  // How a thread waits for its turn: looks `looks` times, then sleeps. With `wake_ahead` who has
  // the turn wakes the thread whose turn is the next but one, so that it finds its turn awake.
  struct Waiting {
    int looks = 0;
    bool wake_ahead = false;
  };
  static constexpr std::uint32_t kMostThreads = 64;

  explicit FifoFloor(Waiting waiting) noexcept : waiting_(waiting) { hand_to(1); }
  FifoFloor(const FifoFloor&) = delete;
  FifoFloor& operator=(const FifoFloor&) = delete;

  // Draws a ticket, waits for its turn, hands it over. From at most kMostThreads threads.
  void pass() noexcept;

 private:
  struct alignas(128) Place {
    Word turn{0};  // the ticket whose turn it is, once it is
    Word sleeps{0};
  };

  [[nodiscard]] Place& place_of(std::uint32_t ticket) noexcept {
    return places_[ticket % kMostThreads];
  }
  void await(std::uint32_t ticket) noexcept;
  void hand_to(std::uint32_t ticket) noexcept;

  Waiting waiting_;
  alignas(128) Word last_ticket_{0};
  std::array<Place, kMostThreads> places_;
};

}  // namespace bench
