// SPDX-License-Identifier: Apache-2.0
#include "tools/advise/pool_meter.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <utility>
#include <vector>

#include "tools/advise/callers.hpp"
#include "tools/advise/spread.hpp"
#include "tools/quantile.hpp"

namespace inferpool::tools {
namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr double kWarmUpShare = 0.1;         // of each measurement
constexpr std::size_t kCallersPerPlace = 2;  // one call runs, one waits
constexpr double kLeastSlices = 3, kMostSlices = 20;

TimePoint after(double seconds) {
  return Clock::now() + std::chrono::duration_cast<Clock::duration>(Seconds(seconds));
}

// The mean times of the calls between two looks at a pool's statistics, in seconds.
struct MeanTimes {
  double run = 0;
  double latency = 0;
};

MeanTimes between(const Stats& before, const Stats& after) {
  const auto calls = static_cast<double>(after.latency.count() - before.latency.count());
  if (calls == 0) return {};
  // The pool's means count from its start.
  const auto sum = [](const Stats& stats, Duration mean) {
    return Seconds(mean).count() * static_cast<double>(stats.latency.count());
  };
  return {(sum(after, after.stages.run) - sum(before, before.stages.run)) / calls,
          Seconds(after.latency.sum() - before.latency.sum()).count() / calls};
}

// One caller that calls again and again.
class OneCaller {
 public:
  OneCaller(UntypedPool& pool, const ModelInput& input) : pool_(pool), input_(input) {}

  // Makes at least one call, and starts none after `seconds`. Returns how long the last call took.
  double call_for(double seconds) {
    const TimePoint end = after(seconds);
    TimePoint start = Clock::now();
    for (;;) {
      pool_.infer(input_);
      const TimePoint now = Clock::now();
      calls_.push_back(Seconds(now - start).count());
      if (now >= end) return calls_.back();
      start = Clock::now();
    }
  }

  [[nodiscard]] std::vector<double>& calls() { return calls_; }

 private:
  UntypedPool& pool_;
  const ModelInput& input_;
  std::vector<double> calls_;  // how long each took, in seconds
};

}  // namespace

SingleCall PoolMeter::measure_single(double seconds) {
  OneCaller caller(pool_, input_);
  caller.call_for(0);  // the first call may have to warm up the model
  const double usual = caller.call_for(kWarmUpShare * seconds);
  caller.calls().clear();

  const double slices = std::clamp(seconds / usual, kLeastSlices, kMostSlices);
  std::vector<double> runs;
  std::vector<double> overheads;
  for (int slice = 0; slice < static_cast<int>(slices); ++slice) {
    const Stats before = pool_.stats();
    caller.call_for(seconds * (1 - kWarmUpShare) / slices);
    const MeanTimes mean = between(before, pool_.stats());
    runs.push_back(mean.run);
    overheads.push_back(mean.latency - mean.run);
  }
  return {.run = spread_of(runs),
          .p50 = quantile(caller.calls(), 0.5),
          .p99 = quantile(caller.calls(), 0.99),
          .overhead = quantile(overheads, 0.5)};
}

PoolLoad PoolMeter::measure_load(double seconds, int workers, int concurrency) {
  const auto at_once = static_cast<std::size_t>(workers * concurrency);
  Callers callers(pool_, input_, kCallersPerPlace * at_once);
  callers.wait(after(kWarmUpShare * seconds), at_once);

  const TimePoint begin = Clock::now();
  const Stats before = pool_.stats();
  callers.wait(after((1 - kWarmUpShare) * seconds), 2 * at_once + 1);
  const MeanTimes mean = between(before, pool_.stats());
  std::vector<TimePoint> ends = callers.stop();
  std::erase_if(ends, [&](const TimePoint& end) { return end < begin; });
  return {
      .workers = workers, .calls_per_second = rate_of(std::move(ends), at_once), .run = mean.run};
}

}  // namespace inferpool::tools
