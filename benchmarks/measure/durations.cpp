// SPDX-License-Identifier: Apache-2.0
#include "measure/durations.hpp"

#include <time.h>

#include <cerrno>

#include "measure/timing.hpp"

namespace bench {

namespace {

constexpr int kSlept = 2;           // milliseconds
constexpr double kMostMs = 60'000;  // even on a busy machine

void sleep() {
  timespec rest{0, kSlept * 1'000'000L};
  while (clock_nanosleep(CLOCK_MONOTONIC, 0, &rest, &rest) == EINTR) continue;
}

double took(const Instrument::Code& code) {
  const Clock::time_point begin = Clock::now();
  code();
  return nanoseconds(Clock::now() - begin) / 1e6;
}

}  // namespace

Instrument durations() { return {"durations", took, {sleep, kSlept, kMostMs}}; }

}  // namespace bench
