// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

#include "ipc/lost_wakes.hpp"

namespace inferpool::test {

// Counts the lost wake-ups of this process as long as it lives. Time would show them as well, but a
// thread without a processor for a second would look the same.
struct CountedWakes {
  CountedWakes() { ipc::count_lost_wakes(&lost); }
  ~CountedWakes() { ipc::count_lost_wakes(nullptr); }
  CountedWakes(const CountedWakes&) = delete;
  CountedWakes& operator=(const CountedWakes&) = delete;

  std::atomic<std::uint64_t> lost{0};
};

}  // namespace inferpool::test
