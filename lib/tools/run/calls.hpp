// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <inferpool/settings.hpp>
#include <inferpool/stats.hpp>

#include "tools/model_input.hpp"
#include "tools/untyped_pool.hpp"

namespace inferpool::tools {

// The outcome of calls to a model. Times in seconds.
struct Calls {
  double loading = 0;              // until all workers were ready
  std::vector<double> times = {};  // of each call
  ModelOutput output = {};         // of the last call
  Stats stats = {};                // of the pool, after the last call
  std::string computed_by = {};    // "OpenCV 4.6.0"; empty: the worker does not tell
};

// Starts a pool and calls it `count` times, one call after the other; `count` is at least 1. Throws
// the Error of the pool or of a call; if there are several calls, its text has the call's number.
// Throws Error (invalid_settings) if workers is 0.
[[nodiscard]] Calls make_calls(Settings settings, const ModelInput& input, int count);

}  // namespace inferpool::tools
