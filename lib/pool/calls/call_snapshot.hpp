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

// Where a call stood when its waiter last looked.
struct CallSnapshot {
  dispatch::CallState state = dispatch::CallState::kNew;
  std::uint32_t sequence = 0;
  bool oversubscribed = false;  // see Dispatch
  bool dead = false;  // the worker ended, and the answer or a part of it stood in its memory
  std::uint64_t seen_part = 0;                           // see Call
  const dispatch::Channel* channel = nullptr;            // kPosted: the worker,
  ipc::HostRing* ring = nullptr;                         // its ring,
  std::shared_ptr<processes::WorkerHandle> worker = {};  // and what keeps both

  [[nodiscard]] bool answered() const noexcept {
    return state == dispatch::CallState::kPosted && ring->answered(sequence);
  }
  [[nodiscard]] bool part_available() const noexcept {
    return state == dispatch::CallState::kPosted && ring->part_available(sequence);
  }
  // The call is still where its waiter saw it. Under the pool's lock.
  [[nodiscard]] bool holds(const dispatch::Call& call) const noexcept {
    return call.state == dispatch::CallState::kPosted && call.sequence == sequence &&
           call.channel == channel;
  }
  // To be asked after a look that found nothing. True: what had been seen to stand before that
  // look is gone, unless the call went on meanwhile. Remembers for the next look what was seen by
  // now.
  [[nodiscard]] bool missed(const dispatch::Call& call) noexcept {
    const std::uint64_t now = call.seen_part.load(std::memory_order_acquire);
    return std::exchange(seen_part, now) == now && now != 0;
  }
};

}  // namespace inferpool::pool::calls
