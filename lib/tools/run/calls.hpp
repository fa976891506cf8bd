// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <inferpool/settings.hpp>
#include <inferpool/stats.hpp>

#include "tools/model_input.hpp"
#include "tools/untyped_pool.hpp"

namespace inferpool::tools {

// What calls to a model gave. Times in seconds.
struct Calls {
  double loading = 0;              // until all workers were ready
  std::vector<double> times = {};  // of each call
  ModelOutput output = {};         // of the last one
  Stats stats = {};                // of the pool, after it
};

// Starts a pool and asks it `count` times, one call after the other; `count` is at least 1. Throws
// the Error of the pool or of a call, which says which one it was where it was not the only one.
// Refuses settings with workers = 0 (invalid_settings).
[[nodiscard]] Calls make_calls(Settings settings, const ModelInput& input, int count);

}  // namespace inferpool::tools
