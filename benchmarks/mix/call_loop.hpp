// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <atomic>
#include <functional>
#include <random>
#include <vector>

#include "measure/callers.hpp"
#include "mix/slice.hpp"

namespace bench {

// Threads that call again and again. In a closed loop each of them thinks and calls again once it
// has its answer. In an open loop its calls come at times of their own, whether the last one is
// answered or not, and each latency counts from the time at which the call came. The threads sleep
// between two measurements. Not thread-safe.
class CallLoop {
 public:
  struct Plan {
    int callers = 1;
    Nanoseconds think = {};  // of a closed loop
    Nanoseconds every = {};  // the mean time between the calls of one caller; 0: a closed loop
    std::function<void(int caller)> call;
    // Called on each caller's thread before its first call of a measurement.
    std::function<void()> prepare = {};
    // Told before the first call of a measurement (true) and after its last one (false).
    std::function<void(bool on)> serve = {};
    std::vector<pid_t> servers = {};
  };

  explicit CallLoop(Plan plan);

  // Calls for about a slice that is counted, after a quarter of it that is not. Throws what a call
  // throws.
  Slice measure(Nanoseconds slice);

 private:
  struct alignas(128) Caller {
    // When the next call begins; for an open loop, when the last call came. None: the caller has
    // not called in this measurement.
    Clock::time_point begin = {};
    std::minstd_rand random;
    Latencies latencies;
  };

  void prepare(Caller& caller, unsigned seed);
  void call_once(int number);
  Clock::time_point await_next_call(Caller& caller);
  void think(Caller& caller, Clock::time_point answered);

  Plan plan_;
  std::vector<Caller> state_;
  std::atomic<bool> counts_{false};
  Callers callers_;
};

}  // namespace bench
