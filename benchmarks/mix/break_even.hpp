// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <span>

namespace bench {

// How many times as much a pool answers as one thread does, with a model that computes for `run`.
struct Gain {
  double run = 0;
  double times = 0;
};

// The run time from which on a pool answers more, between those that were measured (ascending). The
// shortest if it always does; the longest if that is still too short.
[[nodiscard]] inline double break_even(std::span<const Gain> gains) {
  const auto last_loss =
      std::find_if(gains.rbegin(), gains.rend(), [](const Gain& gain) { return gain.times < 1; });
  if (last_loss == gains.rend()) return gains.front().run;
  if (last_loss == gains.rbegin()) return gains.back().run;
  const Gain& below = *last_loss;
  const Gain& above = *(last_loss - 1);
  const double part = (1 - below.times) / (above.times - below.times);
  return below.run *
         std::pow(above.run / below.run, part);  // run times double from one to the next
}

}  // namespace bench
