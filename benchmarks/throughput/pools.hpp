// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <inferpool/pool.hpp>

#include "measure/timing.hpp"
#include "models/busy_model.hpp"

namespace bench {

using BusyPool = inferpool::Pool<BusyModel>;

// Default settings, except for what a cell names.
[[nodiscard]] inline inferpool::Settings busy_settings(int workers, int concurrency = 1) {
  inferpool::Settings settings;
  settings.worker = "bench_busy_worker";
  settings.workers = workers;
  settings.concurrency = concurrency;
  return settings;
}

[[nodiscard]] inline inferpool::Settings without_spin(inferpool::Settings settings) {
  settings.spin = inferpool::Duration::zero();
  return settings;
}

inline void infer_busy(BusyPool& pool, std::uint64_t rounds) {
  const inferpool::Tensor answer = pool.infer(inferpool::Tensor::scalar(rounds));
  keep(answer);
}

}  // namespace bench
