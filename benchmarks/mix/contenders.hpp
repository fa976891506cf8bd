// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "mix/measured_mix.hpp"
#include "mix/mixed_pool.hpp"
#include "mix/turns.hpp"
#include "mix/yield_floor.hpp"

namespace bench {

// The contenders of all mixes with some numbers of workers: for each number a pool with default
// settings and one with spin = 0, and floors of 1 server up to as many as workers.
class MixContenders {
 public:
  explicit MixContenders(std::span<const int> workers);

  // The mix with each number of workers, whatever its own. All of them take turns with the floors,
  // so that the numbers of workers can be compared with each other.
  [[nodiscard]] std::vector<MeasuredMix> measure(const Mix& mix, const Turns& turns);
  // An open loop with the mix's own number of workers. First it measures which rate the floors of
  // up to so many servers reach.
  [[nodiscard]] MeasuredMix measure_open(const Mix& mix, const Turns& turns);

 private:
  struct Pools {
    explicit Pools(int count);

    int workers;
    MixedPool pool;
    MixedPool sleeping;
  };

  struct Fastest {
    YieldFloor& floor;
    double rate;
  };
  [[nodiscard]] Fastest fastest_floor(Mix mix, const Turns& turns);
  [[nodiscard]] Pools& pools_of(int workers);

  std::vector<std::unique_ptr<YieldFloor>> floors_;  // of 1, 2, ... servers
  std::vector<std::unique_ptr<Pools>> pools_;
};

}  // namespace bench
