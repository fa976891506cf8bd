// SPDX-License-Identifier: Apache-2.0
#include "mix/matrix.hpp"

#include <memory>
#include <string>
#include <utility>

namespace bench {
namespace {

using namespace std::chrono_literals;

struct Axes {
  std::vector<int> callers;
  std::vector<int> workers;
  std::vector<Nanoseconds> computes;
  std::vector<Nanoseconds> sleeps;
  std::vector<Nanoseconds> thinks;
};

Axes axes_of(bool full) {
  if (!full) return {{1, 4, 8}, {1, 4}, {0ns, 10us, 100us}, {}, {0ns}};
  return {
      {1, 2, 4, 8, 32}, {1, 2, 4}, {0ns, 10us, 100us, 1ms}, {10us, 100us, 1ms}, {0ns, 50us, 1ms}};
}

double median_of(const std::vector<Slice>& runs, double (*value)(const Slice&)) {
  std::vector<double> values;
  for (const Slice& slice : runs) values.push_back(value(slice));
  return median(std::move(values));
}

double rate(const Slice& slice) { return slice.rate(); }
double p99(const Slice& slice) { return slice.latencies.quantile(0.99); }
double processor(const Slice& slice) { return slice.processor_per_call() * 1e9; }

// The tables of one cell: what was measured of each contender, with its unit.
void add_cells(const MeasuredMix& measured, Results& results) {
  const std::string model = model_name(measured.mix);
  const std::string row = callers_name(measured.mix) + " of " + workers_name(measured.mix);
  const auto add = [&](const char* what, const char* unit, double (*value)(const Slice&)) {
    const std::string table = std::string(what) + ", " + model;
    results.cells.push_back({table, row, "inferpool", unit, median_of(measured.pool, value)});
    results.cells.push_back(
        {table, row, "inferpool, spin = 0", unit, median_of(measured.sleeping, value)});
    results.cells.push_back({table, row, "yield floor", unit, median_of(measured.floor, value)});
  };
  std::vector<double> ratios_of_runs;
  for (std::size_t run = 0; run < measured.pool.size(); ++run)
    ratios_of_runs.push_back(measured.pool[run].rate() / measured.floor[run].rate());
  results.cells.push_back({"beside the yield floor, " + model, workers_name(measured.mix),
                           callers_name(measured.mix), "x", median(std::move(ratios_of_runs))});
  add("rate", "requests/s", rate);
  add("p99", "ns", p99);
  add("processor time of a call", "ns", processor);
}

}  // namespace

std::vector<Mix> matrix_of(bool full) {
  const Axes axes = axes_of(full);
  std::vector<Mix> mixes;
  for (const int workers : axes.workers) {
    for (const int callers : axes.callers) {
      for (const Nanoseconds think : axes.thinks) {
        for (const Nanoseconds run : axes.computes)
          mixes.push_back({callers, workers, run, false, think});
        for (const Nanoseconds run : axes.sleeps)
          mixes.push_back({callers, workers, run, true, think});
      }
    }
  }
  return mixes;
}

std::vector<MeasuredMix> measure_matrix(const Options& options, Progress& progress,
                                        Results& results) {
  const MixPlan plan{.runs = options.runs};
  std::vector<MeasuredMix> measured;
  std::unique_ptr<MixContenders> contenders;
  int workers = 0;
  for (const Mix& mix : matrix_of(options.full)) {
    if (mix.workers != workers) {
      contenders.reset();
      contenders = std::make_unique<MixContenders>(mix.workers);
      workers = mix.workers;
    }
    progress.step(to_string(mix));
    measured.push_back(contenders->measure(mix, plan));
    add_cells(measured.back(), results);
  }
  return measured;
}

}  // namespace bench
