// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "measure/instrument.hpp"

namespace bench {

// Of the calling thread.

// 1 where the code makes a system call.
[[nodiscard]] Instrument system_call_here();
// Readings of the processor's counter.
[[nodiscard]] Instrument clock_readings_here();
// Calls of operator new; copies of kLargeCopy and more. Of each the known case has one.
[[nodiscard]] Instrument allocations_here();
[[nodiscard]] Instrument large_copies_here();

// The known case of both: one allocation and one large copy.
void allocate_and_copy();

// Of another thread, which says `count` of itself whenever it is asked to, and does the known case
// when it is told to.
[[nodiscard]] Instrument count_elsewhere(std::string name, std::function<std::uint64_t()> count,
                                         Instrument::Code known);

}  // namespace bench
