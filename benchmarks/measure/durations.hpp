// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "measure/instrument.hpp"

namespace bench {

// The clock by which everything is timed, in milliseconds. The kernel sleeps by a timer of its own,
// so a clock that stands still, or runs at another speed, is noticed.
[[nodiscard]] Instrument durations();

}  // namespace bench
