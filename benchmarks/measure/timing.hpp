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

// The most operations that can be timed one by one in a slice: each needs two clock calls.
[[nodiscard]] constexpr std::size_t most_samples(Nanoseconds slice) {
  return static_cast<std::size_t>(slice.count() / 40);
}

// Calls `operation` for about `slice`, at least once, and adds the nanoseconds of each call. The
// same loop times floor and product, with two clock calls around each operation.
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

// Like time_each, after an eighth of the slice without timing: then the caches and the process at
// the other end are warm.
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
// nanoseconds of one operation: for rates, where two clock calls per operation would cost too much.
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

// Keeps the compiler from removing the code that made `value`.
template <typename T>
inline void keep(const T& value) {
  asm volatile("" : : "r"(&value) : "memory");
}

}  // namespace bench
