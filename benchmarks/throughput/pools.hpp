// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <inferpool/pool.hpp>

#include "measure/timing.hpp"
#include "models/busy_model.hpp"
#include "models/pool_settings.hpp"

namespace bench {

using BusyPool = inferpool::Pool<BusyModel>;

[[nodiscard]] inline inferpool::Settings busy_settings(int workers, int concurrency = 1) {
  inferpool::Settings settings = pool_settings("bench_busy_worker", workers);
  settings.concurrency = concurrency;
  return settings;
}

inline void infer_busy(BusyPool& pool, std::uint64_t rounds) {
  const inferpool::Tensor answer = pool.infer(inferpool::Tensor::scalar(rounds));
  keep(answer);
}

}  // namespace bench
