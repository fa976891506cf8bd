// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <inferpool/settings.hpp>

#include "core/clock.hpp"

namespace inferpool::pool::fleet {

// The limits of one worker process, drawn when it becomes ready: 80 to 100 % of the settings.
struct DrawnLimits {
  core::TimePoint since = {};
  std::int64_t most_requests = 0;
  std::uint64_t most_memory = 0;
  Duration most_age = {};
};

// One worker process, from its order until the kernel has reported its end. A plain value.
struct Member {
  enum class Stage : std::uint8_t {
    kOrdered,   // the process is being made
    kStarting,  // it shakes hands, or its model loads
    kReady,     // it serves
    kRetiring,  // its successor serves; it ends its runs and leaves
    kLost,      // the kernel does not report its end, and nobody waits for it any more
  };
  // It is the process of its index: not a successor beside another, and not on its way out.
  [[nodiscard]] bool serves_index() const noexcept {
    return !successor && stage != Stage::kRetiring && stage != Stage::kLost;
  }

  int index = 0;
  int generation = 0;  // which process since the pool was made
  int pid = 0;
  Stage stage = Stage::kOrdered;
  bool loading = false;          // while it starts: whether the handshake is over
  bool successor = false;        // the process that it replaces still lives
  bool asked_to_leave = false;   // it leaves once it has nothing to do
  bool late = false;             // as last reported
  core::TimePoint started = {};  // its process was made
  core::Deadline leave_by = {};  // while it retires and was asked to leave
  core::Deadline lost_at = {};   // it was killed, and is lost at this time
  DrawnLimits limits = {};
};

}  // namespace inferpool::pool::fleet
