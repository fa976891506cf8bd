// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "measure/instrument.hpp"

namespace bench {

// These instruments watch the calling thread.

// 1 if the code makes a system call.
[[nodiscard]] Instrument system_call_here();
// Counts readings of the processor's counter.
[[nodiscard]] Instrument clock_readings_here();
// Count calls of operator new, and copies of at least kLargeCopy. The known case has one of each.
[[nodiscard]] Instrument allocations_here();
[[nodiscard]] Instrument large_copies_here();

// The known case for both: one allocation and one large copy.
void allocate_and_copy();

// Counts in another thread: `count` asks that thread for its count so far, and `known` lets it run
// the known case.
[[nodiscard]] Instrument count_elsewhere(std::string name, std::function<std::uint64_t()> count,
                                         Instrument::Code known);

}  // namespace bench
