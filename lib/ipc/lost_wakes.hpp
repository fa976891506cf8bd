// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <span>

#include <inferpool/detail/function_ref.hpp>

#include "core/clock.hpp"
#include "ipc/wait_word.hpp"

namespace inferpool::ipc {

// Forgotten wake-ups. No wait lasts longer than a second, so a lost wake-up shows only as lost
// time; therefore tests count them. Without a counter, the calls below cost one load for a wait
// that lasted its whole second, and nothing for any other wait.

// For tests: counts them from now on in *place, which may be in memory shared with other processes.
// Null: stops. Thread-safe, but waits that are under way may still use the old counter.
void count_lost_wakes(std::atomic<std::uint64_t>* place) noexcept;

// Call it after a wait for these words that lasted its whole second. A wake-up was lost if the
// awaited thing is there (`came`), is still there a second later, and nobody wakes the thread
// meanwhile. The second look is for a publisher that is just about to wake a thread: it may wake
// another one, which takes what came.
void note_whole_second(std::span<const WaitFor> words, detail::FunctionRef<bool()> came) noexcept;

// As wait(words, deadline), for a thread that can say whether what it waits for has come.
template <typename Came>
bool wait(std::span<const WaitFor> words, core::Deadline deadline, const Came& came) noexcept {
  const Slept slept = sleep_on(words, deadline);
  if (slept == Slept::kWholeSecond) note_whole_second(words, came);
  return slept == Slept::kWoken;
}

}  // namespace inferpool::ipc
