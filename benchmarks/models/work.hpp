// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace bench {

// Keeps one core busy with a chain of multiplications; each needs the result of the previous one.
// It is a fixed amount of work, not of time, so a preemption makes it longer.
inline void work(std::uint64_t rounds) noexcept {
  std::uint64_t value = 1;
  for (std::uint64_t i = 0; i < rounds; ++i) {
    value = value * 3 + 1;
    asm volatile("" : "+r"(value));
  }
}

}  // namespace bench
