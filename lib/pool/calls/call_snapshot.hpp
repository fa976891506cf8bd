// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "ipc/host_ring.hpp"
#include "pool/dispatch/call.hpp"

namespace inferpool::pool::processes {
class WorkerHandle;
}

namespace inferpool::pool::calls {

// Where a call was when its waiter last looked.
struct CallSnapshot {
  dispatch::CallState state = dispatch::CallState::kNew;
  std::uint32_t sequence = 0;
  ipc::Rivals rivals = ipc::Rivals::kNone;  // see Dispatch
  Duration nap = {};                        // kPosted: see Call
  bool processor_free = false;              // nobody else wanted the waiter's while it looked
  unsigned looks = 0;                       // how often it has looked whether to hand the call over
  bool dead = false;            // the worker ended, and its memory has the answer or a part
  std::uint64_t seen_part = 0;  // see Call
  const dispatch::Channel* channel = nullptr;            // kPosted: the worker,
  ipc::HostRing* ring = nullptr;                         // its ring,
  std::shared_ptr<processes::WorkerHandle> worker = {};  // and what keeps both

  [[nodiscard]] bool answered() const noexcept {
    return state == dispatch::CallState::kPosted && ring->answered(sequence);
  }
  [[nodiscard]] bool part_available() const noexcept {
    return state == dispatch::CallState::kPosted && ring->part_available(sequence);
  }
  // Whether its waiter may have to hand it over to another worker.
  [[nodiscard]] bool waits_behind_a_run() const noexcept {
    return nap != Duration{} && !dead && !ring->started(sequence);
  }
  // Whether the call is still where its waiter saw it. Call it under the pool's lock.
  [[nodiscard]] bool holds(const dispatch::Call& call) const noexcept {
    return call.state == dispatch::CallState::kPosted && call.sequence == sequence &&
           call.channel == channel;
  }
  // Call it after a look that found nothing. True: what was seen to be available before that look
  // is gone, unless the call went on meanwhile. Keeps what was seen by now for the next look.
  [[nodiscard]] bool missed(const dispatch::Call& call) noexcept {
    const std::uint64_t now = call.seen_part.load(std::memory_order_acquire);
    return std::exchange(seen_part, now) == now && now != 0;
  }
};

}  // namespace inferpool::pool::calls
