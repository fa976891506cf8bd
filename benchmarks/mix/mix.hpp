// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "measure/timing.hpp"

namespace bench {

// One cell of the matrix: who calls whom, and for how long.
struct Mix {
  int callers = 1;
  int workers = 1;
  Nanoseconds run = {};
  bool sleeps = false;     // the model sleeps for its run instead of computing
  Nanoseconds think = {};  // how long each caller sleeps between two calls

  bool operator==(const Mix&) const = default;
};

[[nodiscard]] std::string callers_name(const Mix& mix);  // "8 callers"
[[nodiscard]] std::string workers_name(const Mix& mix);  // "1 worker"
// "model of 10 us", "model of 1 ms asleep, think 50 us"
[[nodiscard]] std::string model_name(const Mix& mix);
// "8 callers, 4 workers, model of 10 us"
[[nodiscard]] std::string to_string(const Mix& mix);

// What one call asks of a model or of a floor's server.
struct Work {
  std::uint64_t rounds = 0;  // of work()
  std::uint64_t asleep = 0;  // nanoseconds
};
[[nodiscard]] Work work_of(const Mix& mix);
void carry_out(const Work& work);

// This thread sleeps as long as it says, not 50 us longer.
void sleep_exactly();

}  // namespace bench
