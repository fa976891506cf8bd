// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace bench {

// Keeps one core busy: a chain of multiplications, each of which needs the one before. So much
// work, not so much time: being preempted costs what it costs.
inline void work(std::uint64_t rounds) noexcept {
  std::uint64_t value = 1;
  for (std::uint64_t i = 0; i < rounds; ++i) {
    value = value * 3 + 1;
    asm volatile("" : "+r"(value));
  }
}

}  // namespace bench
