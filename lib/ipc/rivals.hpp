// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace inferpool::ipc {

// What else may want the processor of a thread that waits for a request or a reply. The host tells
// its workers.
enum class Rivals : std::uint32_t {
  kNone = 0,  // every thread of the pool has a processor to itself
  kQuick =
      1,  // others wait here, too, and a run takes less than giving the processor to one of them
  kShort = 2,  // others wait here, too, and a run takes less than putting a thread to sleep and
               // waking it
  kLong = 3,   // models compute on all processors, for longer than that
};

}  // namespace inferpool::ipc
