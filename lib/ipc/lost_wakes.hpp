// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <span>

#include <inferpool/detail/function_ref.hpp>

#include "core/clock.hpp"
#include "ipc/wait_word.hpp"

namespace inferpool::ipc {

// Wake-ups that somebody forgot. Since no wait lasts longer than a second, nobody notices one but
// by the time that it takes; so tests count them. Nothing else does: without a place to count in,
// the calls below cost a wait that lasted its whole second one load, and any other wait nothing.

// From now on they are counted there, in memory that may be shared with other processes. Null: no
// longer. For tests. Thread-safe, but for waits that are under way, which may still use the place.
void count_lost_wakes(std::atomic<std::uint64_t>* place) noexcept;

// Of a wait for these words that its second alone has ended. Where what it waited for is there
// (`came`), still is a second later, and nobody wakes the thread meanwhile, one was lost. The
// second look is for whoever publishes just then: he may be about to wake somebody, who may be
// another thread, which takes what came.
void note_whole_second(std::span<const WaitFor> words, detail::FunctionRef<bool()> came) noexcept;

// As wait(words, deadline), for whoever can say whether what he waits for is there.
template <typename Came>
bool wait(std::span<const WaitFor> words, core::Deadline deadline, const Came& came) noexcept {
  const Slept slept = sleep_on(words, deadline);
  if (slept == Slept::kWholeSecond) note_whole_second(words, came);
  return slept == Slept::kWoken;
}

}  // namespace inferpool::ipc
