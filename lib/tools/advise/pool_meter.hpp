// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tools/advise/figures.hpp"
#include "tools/model_input.hpp"
#include "tools/untyped_pool.hpp"

namespace inferpool::tools {

// Times the calls to one pool with one input.
class PoolMeter {
 public:
  // Both arguments outlive it.
  PoolMeter(UntypedPool& pool, const ModelInput& input) : pool_(pool), input_(input) {}

  // One caller, for about `seconds`; calls a slow model at least 5 times. Throws the Error of a
  // call.
  [[nodiscard]] SingleCall measure_single(double seconds);

  // The same with two callers for each call that `workers` can run at once.
  [[nodiscard]] PoolLoad measure_load(double seconds, int workers, int concurrency);

 private:
  UntypedPool& pool_;
  const ModelInput& input_;
};

}  // namespace inferpool::tools
