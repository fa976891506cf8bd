// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <inferpool/pool.hpp>
#include <span>
#include <vector>

#include "measure/timing.hpp"
#include "mix/mixed_model.hpp"
#include "models/pool_settings.hpp"

namespace bench {

using MixedPool = inferpool::Pool<MixedModel>;

[[nodiscard]] inline inferpool::Settings mixed_settings(int workers) {
  return pool_settings("bench_mixed_worker", workers);
}

[[nodiscard]] inline inferpool::Tensor input_of(const Work& work) {
  return inferpool::Tensor::from(std::array{work.rounds, work.asleep}, {2});
}

inline void infer_mixed(MixedPool& pool, const Work& work) {
  const inferpool::Tensor answer = pool.infer(input_of(work));
  keep(answer);
}

[[nodiscard]] inline std::vector<pid_t> pids_of(const MixedPool& pool) {
  std::vector<pid_t> pids;
  for (const inferpool::WorkerStats& worker : pool.stats().workers) pids.push_back(worker.pid);
  return pids;
}

}  // namespace bench
