// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include "measure/samples.hpp"

namespace bench {

using Clock = std::chrono::steady_clock;
using Nanoseconds = std::chrono::nanoseconds;

[[nodiscard]] inline double nanoseconds(Clock::duration duration) {
  return std::chrono::duration<double, std::nano>(duration).count();
}

// Of operations that are timed one by one: none takes less than its two clock calls.
[[nodiscard]] constexpr std::size_t most_samples(Nanoseconds slice) {
  return static_cast<std::size_t>(slice.count() / 40);
}

// Calls `operation` for about `slice` (once at least), and adds the nanoseconds of each call. Floor
// and product are timed with this same loop: two clock calls around each operation.
template <typename Operation>
void time_each(Nanoseconds slice, Samples& samples, Operation&& operation) {
  samples.make_room(most_samples(slice));
  const Clock::time_point until = Clock::now() + slice;
  Clock::time_point end;
  do {
    const Clock::time_point begin = Clock::now();
    operation();
    end = Clock::now();
    samples.add(nanoseconds(end - begin));
  } while (end < until);
}

// As time_each after an eighth of the slice untimed: caches, and the process at the other end, are
// warm then.
template <typename Operation>
void time_each_warm(Nanoseconds slice, Samples& samples, Operation&& operation) {
  samples.make_room(most_samples(slice));  // before the caches are warm
  const Clock::time_point until = Clock::now() + slice / 8;
  do {
    operation();
  } while (Clock::now() < until);
  time_each(slice - slice / 8, samples, operation);
}

// Calls `operation` for about `slice` in batches of `batch`, and adds for each batch the
// nanoseconds of one operation: for rates, where two clock calls each would be felt.
template <typename Operation>
void time_batches(Nanoseconds slice, int batch, Samples& samples, Operation&& operation) {
  const Clock::time_point until = Clock::now() + slice;
  Clock::time_point end;
  do {
    const Clock::time_point begin = Clock::now();
    for (int i = 0; i < batch; ++i) operation();
    end = Clock::now();
    samples.add(nanoseconds(end - begin) / batch);
  } while (end < until);
}

// Keeps the compiler from leaving out what made `value`.
template <typename T>
inline void keep(const T& value) {
  asm volatile("" : : "r"(&value) : "memory");
}

}  // namespace bench
