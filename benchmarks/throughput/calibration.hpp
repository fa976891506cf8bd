// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "measure/timing.hpp"

namespace bench {

// The number of rounds for which work() takes `time` on an undisturbed core of this machine. The
// first call measures it.
[[nodiscard]] std::uint64_t rounds_of(Nanoseconds time);

}  // namespace bench
