// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "catch.hpp"
#include "unit/ipc/instruction_count.hpp"
#include "unit/ipc/single_steps.hpp"

#if !defined(INFERPOOL_NO_STEPS)

namespace inferpool::test {

// The number of locked instructions is exact, that of the others is a bound.
inline void check(const char* step, const Cost& cost, const Cost& stated) {
  INFO(step << ": " << cost.instructions << " instructions, " << cost.locked << " of them locked");
  CHECK(cost.locked == stated.locked);
  CHECK(cost.instructions <= stated.instructions);
  CHECK(cost.instructions > 10);  // instructions are counted at all
}

}  // namespace inferpool::test

#endif
