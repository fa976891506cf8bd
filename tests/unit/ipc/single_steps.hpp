// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "skipped.hpp"
#include "unit/ipc/trap_flag.hpp"

namespace inferpool::test {

// Skips the test case, and says so, if instructions cannot be counted: because of how the test was
// built, or because the trap flag does nothing on this machine.
inline bool skipped_without_steps() {
#if defined(INFERPOOL_NO_STEPS)
  skip(INFERPOOL_NO_STEPS);
  return true;
#else
  const bench::Instrument steps("single steps",
                                [](const bench::Instrument::Code& code) {
                                  double count = 0;
                                  const AfterEachInstruction step([&count] { return ++count > 0; });
                                  code();
                                  return count;
                                },
                                // 100 of these, and the cost of the call.
                                {[] { asm volatile(".rept 100\n\tnop\n\t.endr"); }, 100, 2'000});
  return skipped_as_blind(steps);
#endif
}

}  // namespace inferpool::test
