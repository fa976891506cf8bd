// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include <inferpool/pool.hpp>

#include "mix/closed_loop.hpp"
#include "mix/mix.hpp"
#include "mix/mixed_model.hpp"
#include "mix/yield_floor.hpp"

namespace bench {

// What one cell of the matrix gave, for each run: the pool with default settings, the pool that
// never spins nor yields, and the yield floor with the number of servers that was fastest.
struct MeasuredMix {
  Mix mix;
  std::vector<Slice> pool = {};
  std::vector<Slice> sleeping = {};
  std::vector<Slice> floor = {};
};

struct MixPlan {
  int runs = 5;
  int slices = 2;  // of each contender in each run
  Nanoseconds slice = std::chrono::milliseconds(40);
};

// The contenders of all cells with this number of workers. Each takes turns with the others, slice
// by slice, so that a noisy moment of the machine affects them all.
class MixContenders {
 public:
  explicit MixContenders(int workers);

  [[nodiscard]] MeasuredMix measure(const Mix& mix, const MixPlan& plan);

 private:
  using MixedPool = inferpool::Pool<MixedModel>;

  [[nodiscard]] ClosedLoop::Plan calls_to(MixedPool& pool, const Mix& mix) const;
  [[nodiscard]] ClosedLoop::Plan calls_to(YieldFloor& floor, const Mix& mix) const;

  MixedPool pool_;
  MixedPool sleeping_;
  std::vector<std::unique_ptr<YieldFloor>> floors_;  // of 1, 2, ... servers
};

}  // namespace bench
