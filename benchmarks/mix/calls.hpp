// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mix/mix.hpp"
#include "mix/mixed_pool.hpp"
#include "mix/turns.hpp"
#include "mix/yield_floor.hpp"

namespace bench {

// The callers of a mix, in threads that this thread starts, or (asynchronous) in the pool's own;
// the floor is called by this thread then. `every`: the mean time between the calls of one caller
// in an open loop. Pool and floor outlive the load.
[[nodiscard]] Load calls_to(MixedPool& pool, const Mix& mix, Nanoseconds every = {});
[[nodiscard]] Load calls_to(YieldFloor& floor, const Mix& mix, Nanoseconds every = {});

}  // namespace bench
