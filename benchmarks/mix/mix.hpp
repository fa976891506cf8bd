// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "measure/timing.hpp"
#include "models/work.hpp"

namespace bench {

// One cell of the matrix: who calls whom, and for how long.
struct Mix {
  int callers = 1;  // asynchronous: calls in flight
  int workers = 1;
  Nanoseconds run = {};
  bool sleeps = false;     // the model sleeps for its run instead of computing
  Nanoseconds think = {};  // how long each caller sleeps between two calls
  bool asynchronous = false;
  bool one_processor = false;  // for callers and workers together
  // An open loop: calls come at so many percent of the yield floor's rate. 0: a closed loop.
  int percent = 0;

  bool operator==(const Mix&) const = default;
};

[[nodiscard]] std::string callers_name(const Mix& mix);  // "8 callers", "32 in flight"
[[nodiscard]] std::string workers_name(const Mix& mix);  // "1 worker"
// What the cells of one table have in common: "model of 10 us, on one processor",
// "model of 1 ms asleep, think 50 us", "model of 10 us, open loop"
[[nodiscard]] std::string model_name(const Mix& mix);
// The row of a table: "8 callers of 4 workers, at 50 %"
[[nodiscard]] std::string row_name(const Mix& mix);
// "8 callers of 4 workers, model of 10 us"
[[nodiscard]] std::string to_string(const Mix& mix);

[[nodiscard]] Work work_of(const Mix& mix);

}  // namespace bench
