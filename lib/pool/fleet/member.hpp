// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <inferpool/settings.hpp>

#include "core/clock.hpp"

namespace inferpool::pool::fleet {

// The limits of one worker process, drawn when it became ready: between 80 and 100 % of the
// settings.
struct DrawnLimits {
  core::TimePoint since = {};
  std::int64_t most_requests = 0;
  std::uint64_t most_memory = 0;
  Duration most_age = {};
};

// One worker process, from its order until the kernel has reported its end. A plain value of the
// fleet.
struct Member {
  enum class Stage : std::uint8_t {
    kOrdered,   // the process is being made
    kStarting,  // it shakes hands, or its model loads
    kReady,     // it serves
    kRetiring,  // its successor serves; it ends what it has in hand, and leaves
    kLost,      // its end cannot be had from the kernel: nobody waits for it any more
  };
  // Of the places' own processes: neither a successor beside another nor one that is on its way
  // out.
  [[nodiscard]] bool serves_index() const noexcept {
    return !successor && stage != Stage::kRetiring && stage != Stage::kLost;
  }

  int index = 0;       // of its place
  int generation = 0;  // which tells it from all others
  int pid = 0;
  Stage stage = Stage::kOrdered;
  bool loading = false;          // while it starts: the handshake is over
  bool successor = false;        // the place's own process lives yet
  bool asked_to_leave = false;   // and leaves once it has nothing to do
  bool late = false;             // as was told
  core::TimePoint started = {};  // its process was made
  core::Deadline leave_by = {};  // while it retires and was asked to leave
  core::Deadline lost_at = {};   // it was killed: until then the kernel may report its end
  DrawnLimits limits = {};
};

}  // namespace inferpool::pool::fleet
