// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "pool/call.hpp"
#include "pool/worker_handle.hpp"

namespace inferpool::pool {

// Where a call stood when its waiter last looked.
struct Placement {
  CallState state = CallState::kNew;
  std::uint32_t sequence = 0;
  bool crowded = false;  // see Dispatch
  bool dead = false;     // the worker ended, and the answer or a part of it stood in its memory
  std::shared_ptr<WorkerHandle> worker = {};

  [[nodiscard]] bool answered() const noexcept {
    return state == CallState::kPosted && worker->memory()->ring().answered(sequence);
  }
  [[nodiscard]] bool part_stands() const noexcept {
    return state == CallState::kPosted && worker->memory()->ring().part_stands(sequence);
  }
};

}  // namespace inferpool::pool
