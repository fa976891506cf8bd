// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "ipc/host_ring.hpp"
#include "pool/call.hpp"

namespace inferpool::pool {

class WorkerHandle;

// Where a call stood when its waiter last looked.
struct Placement {
  CallState state = CallState::kNew;
  std::uint32_t sequence = 0;
  bool crowded = false;  // see Dispatch
  bool dead = false;     // the worker ended, and the answer or a part of it stood in its memory
  ipc::HostRing* ring = nullptr;              // kPosted: of the worker,
  std::shared_ptr<WorkerHandle> worker = {};  // which keeps it

  [[nodiscard]] bool answered() const noexcept {
    return state == CallState::kPosted && ring->answered(sequence);
  }
  [[nodiscard]] bool part_stands() const noexcept {
    return state == CallState::kPosted && ring->part_stands(sequence);
  }
};

}  // namespace inferpool::pool
