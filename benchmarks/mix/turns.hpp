// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <vector>

#include "mix/slice.hpp"

namespace bench {

// Calls for about a slice, and says what that gave.
using Load = std::function<Slice(Nanoseconds slice)>;

struct Turns {
  int runs = 5;
  int slices = 2;  // of each load in each run
  Nanoseconds slice = std::chrono::milliseconds(30);
};

// What each load gave in each run: [load][run]. Their slices alternate in rotating order, so that a
// noisy moment of the machine affects them all.
[[nodiscard]] std::vector<std::vector<Slice>> take_turns(const std::vector<Load>& loads,
                                                         const Turns& turns);

}  // namespace bench
