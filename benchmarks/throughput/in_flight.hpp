// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>

#include "throughput/pools.hpp"

namespace bench {

// Keeps `depth` asynchronous requests under way: each handler starts the next request. The pool
// must have workers.
class InFlight {
 public:
  // `pool` outlives it.
  InFlight(BusyPool& pool, int depth, std::uint64_t rounds);
  InFlight(const InFlight&) = delete;
  InFlight& operator=(const InFlight&) = delete;

  // Answers per second, over about `slice`. Throws the first error that a handler got.
  double rate(Nanoseconds slice);

 private:
  void start_one();
  void ended(inferpool::Result<inferpool::Tensor> answer);

  BusyPool& pool_;
  int depth_;
  std::uint64_t rounds_;
  std::atomic<bool> on_{false};
  std::atomic<int> under_way_{0};
  alignas(128) std::atomic<std::uint64_t> answered_{0};
  std::mutex mutex_;
  std::optional<inferpool::Error> failure_;  // guarded by mutex_
};

}  // namespace bench
