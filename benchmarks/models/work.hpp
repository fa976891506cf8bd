// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/prctl.h>

#include <chrono>
#include <cstdint>
#include <thread>

namespace bench {

// Keeps one core busy with a chain of multiplications; each needs the result of the previous one.
// It is a fixed amount of work, not of time, so a preemption makes it longer.
inline void work(std::uint64_t rounds) noexcept {
  std::uint64_t value = 1;
  for (std::uint64_t i = 0; i < rounds; ++i) {
    value = value * 3 + 1;
    asm volatile("" : "+r"(value));
  }
}

// What one call asks of a model or of a floor's server: to compute, then to sleep.
struct Work {
  std::uint64_t rounds = 0;  // of work()
  std::uint64_t asleep = 0;  // nanoseconds
};

inline void carry_out(const Work& task) {
  work(task.rounds);
  if (task.asleep > 0) std::this_thread::sleep_for(std::chrono::nanoseconds(task.asleep));
}

// From now on this thread sleeps as long as it says, not 50 us longer.
inline void sleep_exactly() { prctl(PR_SET_TIMERSLACK, 1UL); }

}  // namespace bench
