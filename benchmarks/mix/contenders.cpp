// SPDX-License-Identifier: Apache-2.0
#include "mix/contenders.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "mix/calls.hpp"

namespace bench {
namespace {

// For each run the fastest of the floors.
std::vector<Slice> fastest(std::span<const std::vector<Slice>> floors) {
  std::vector<Slice> best = floors.front();
  for (const std::vector<Slice>& floor : floors.subspan(1)) {
    for (std::size_t run = 0; run < best.size(); ++run)
      if (floor[run].rate() > best[run].rate()) best[run] = floor[run];
  }
  return best;
}

// So long that one call more or less does not matter.
Turns long_enough(Turns turns, Nanoseconds least) {
  turns.slice = std::max(turns.slice, least);
  return turns;
}

}  // namespace

MixContenders::Pools::Pools(int count)
    : workers(count), pool(mixed_settings(count)), sleeping(without_spin(mixed_settings(count))) {}

MixContenders::MixContenders(std::span<const int> workers) {
  for (int servers = 1; servers <= *std::max_element(workers.begin(), workers.end()); ++servers)
    floors_.push_back(std::make_unique<YieldFloor>(servers));
  for (const int count : workers) pools_.push_back(std::make_unique<Pools>(count));
}

std::vector<MeasuredMix> MixContenders::measure(const Mix& mix, const Turns& turns) {
  std::vector<Load> loads;
  for (const auto& floor : floors_) loads.push_back(calls_to(*floor, mix));
  for (const auto& pools : pools_) {
    loads.push_back(calls_to(pools->pool, mix));
    loads.push_back(calls_to(pools->sleeping, mix));
  }
  const auto given = take_turns(loads, long_enough(turns, 20 * (mix.run + mix.think)));
  std::vector<MeasuredMix> measured;
  auto next = given.begin() + static_cast<std::ptrdiff_t>(floors_.size());
  for (const auto& pools : pools_) {
    MeasuredMix cell{.mix = mix};
    cell.mix.workers = pools->workers;
    cell.pool = *next++;
    cell.sleeping = *next++;
    cell.floor = fastest(std::span(given).first(static_cast<std::size_t>(pools->workers)));
    measured.push_back(std::move(cell));
  }
  return measured;
}

MixContenders::Fastest MixContenders::fastest_floor(Mix mix, const Turns& turns) {
  mix.percent = 0;
  std::vector<Load> loads;
  for (int servers = 0; servers < mix.workers; ++servers)
    loads.push_back(calls_to(*floors_[static_cast<std::size_t>(servers)], mix));
  const auto given = take_turns(loads, long_enough(turns, 20 * mix.run));
  std::vector<double> rates;
  for (const std::vector<Slice>& runs : given) rates.push_back(median(rates_of(runs)));
  const auto best = std::max_element(rates.begin(), rates.end());
  return {*floors_[static_cast<std::size_t>(best - rates.begin())], *best};
}

MixContenders::Pools& MixContenders::pools_of(int workers) {
  return **std::find_if(pools_.begin(), pools_.end(),
                        [&](const auto& pools) { return pools->workers == workers; });
}

MeasuredMix MixContenders::measure_open(const Mix& mix, const Turns& turns) {
  const Fastest best = fastest_floor(mix, {.runs = 3, .slices = 1, .slice = turns.slice});
  const double rate = best.rate * mix.percent / 100;
  const auto every = Nanoseconds(static_cast<Nanoseconds::rep>(1e9 * mix.callers / rate));
  Pools& pools = pools_of(mix.workers);
  auto given = take_turns({calls_to(pools.pool, mix, every), calls_to(pools.sleeping, mix, every),
                           calls_to(best.floor, mix, every)},
                          long_enough(turns, 100 * every / mix.callers));
  return {.mix = mix,
          .pool = std::move(given[0]),
          .sleeping = std::move(given[1]),
          .floor = std::move(given[2])};
}

}  // namespace bench
