// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "measure/instrument.hpp"

namespace bench {

// The clock that times everything, in milliseconds. The kernel times sleeps by its own timer, so
// this notices a clock that stands still or runs at another speed.
[[nodiscard]] Instrument durations();

}  // namespace bench
