// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "measure/timing.hpp"

namespace bench {

// How many rounds of work() take `time` on an undisturbed core of this machine. Measured once, by
// the first call.
[[nodiscard]] std::uint64_t rounds_of(Nanoseconds time);

}  // namespace bench
